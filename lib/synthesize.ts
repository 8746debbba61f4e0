import { App } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { JsonObject } from '../lambdas/contracts/json.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { CheckreinStack } from './checkrein-stack.ts';
import { templateText } from './template-text.ts';
import { CATALOGUE } from '../lambdas/tools/catalogue.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

/** The parts of a CloudFormation template that are read here. */
const Template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: JsonObject.default({}) })),
});
export type Template = z.infer<typeof Template>;

/** What `cdk synth` would deploy. */
export interface Synthesized {
  readonly template: Template;
  /** The state machine in Amazon States Language, with readable placeholders for ARNs. */
  readonly stateMachineDefinition: JsonObject;
}

/**
 * Synthesizes the stack in this process: a second instead of a minute, because no function is bundled and the template
 * is not validated. `cdk synth` does both, and test/lib/validate.test.ts holds this template to the same validator. `context`: feature
 * flags of an app.
 */
export const synthesize = (
  rules: Rules,
  catalogue: Catalogue = CATALOGUE,
  context: Readonly<Record<string, unknown>> = {},
): Synthesized => {
  const outdir = mkdtempSync(join(tmpdir(), 'checkrein-synth-'));
  try {
    const app = new App({
      outdir,
      context: { ...context, 'aws:cdk:bundling-stacks': [] },
      builtinCloudFormationValidation: false,
      treeMetadata: false,
    });
    const stack = new CheckreinStack(app, 'Checkrein', { rules, catalogue });
    const template = Template.parse(app.synth().getStackByName(stack.stackName).template);
    return { template, stateMachineDefinition: definitionIn(template) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

const definitionIn = ({ Resources }: Template): JsonObject => {
  const machine = Object.values(Resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  const text = templateText(machine?.Properties['DefinitionString'], (reference) =>
    reference.replace(/^AWS::Partition$/, 'aws'),
  );
  return JsonObject.parse(JSON.parse(text));
};
