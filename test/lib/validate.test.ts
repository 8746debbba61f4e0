import { App } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as z from 'zod';
import { afterAll, describe, expect, test } from 'vitest';
import { CheckreinMember } from '../../lib/member-stack.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { Settings } from '../../lambdas/contracts/settings.ts';
import { EVERY_NOTIFIER } from './options.ts';
import { shippedRules } from './shipped.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';

const { template, stateMachineDefinition } = synthesize(shippedRules());

/** Loads a package that a dependency brings along, as that dependency would. */
const thatCameWith = (dependency: string, name: string): unknown =>
  createRequire(join(import.meta.dirname, '../../node_modules', dependency, 'package.json'))(name);

describe('the template, by the validator of CloudFormation', () => {
  interface Engine {
    validateTemplate(template: object): { status: string; diagnostics: readonly Diagnostic[] };
    free(): void;
  }
  interface Diagnostic {
    readonly ruleId: string;
    readonly severity: string;
    readonly message: string;
    readonly entity?: { readonly logicalId: string };
  }
  interface Validator {
    readonly CompositeEngine: new () => Engine;
    readonly TemplateContent: new (content: string, name: string) => object;
  }
  const { CompositeEngine, TemplateContent } = z
    .custom<Validator>((value) => z.looseObject({ CompositeEngine: z.unknown() }).safeParse(value).success)
    .parse(thatCameWith('aws-cdk-lib', '@aws/cloudformation-validate'));

  const engine = new CompositeEngine();
  // Frees WebAssembly memory, which is not garbage-collected.
  afterAll(() => engine.free());

  const findings = (what: object): string[] => {
    const { status, diagnostics } = engine.validateTemplate(new TemplateContent(JSON.stringify(what), 'Checkrein'));
    expect(status).toBe('OK');
    return (
      diagnostics
        .filter(({ severity }) => ['WARN', 'ERROR', 'FATAL'].includes(severity))
        // CDK adds a DependsOn for what is already referenced. Harmless, and not in our control.
        .filter(({ ruleId }) => ruleId !== 'W3005')
        .map(({ severity, ruleId, entity, message }) => `${severity} ${ruleId} ${entity?.logicalId ?? ''}: ${message}`)
    );
  };

  test('it finds no error and no warning', () => {
    expect(findings(template)).toEqual([]);
  });

  test('it finds nothing in the templates of a hub and its member', () => {
    const shipped = shippedRules();
    const members = { hub: '111111111111', accounts: ['222222222222'], externalId: '0f9b4c1e-7a55-4d1e-9a0c' };
    const rules = { ...shipped, settings: { ...shipped.settings, members } };
    const member = new CheckreinMember(new App(), 'CheckreinMember', { of: { rules, catalogue: CATALOGUE } });
    expect(findings(synthesize(rules).template)).toEqual([]);
    expect(findings(Assertions.fromStack(member).toJSON())).toEqual([]);
  });

  test('it finds nothing in a template with a notifier of every kind', () => {
    const shipped = shippedRules();
    const settings = Settings.parse({ ...shipped.settings, notifiers: EVERY_NOTIFIER });
    expect(findings(synthesize({ ...shipped, settings }).template)).toEqual([]);
  });

  test('it finds a value that CloudFormation rejects', () => {
    const [id = ''] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::DynamoDB::Table') ?? [];
    const spoiled = structuredClone(template);
    Object.assign(spoiled.Resources[id]?.Properties ?? {}, { BillingMode: 'FREE' });
    expect(findings(spoiled).join('\n')).toContain(id);
  });
});

describe('the state machine, by the validator of the Amazon States Language', () => {
  type Validate = (definition: object, options: { checkArn: boolean }) => { isValid: boolean; errors: unknown[] };
  const validate = z
    .custom<Validate>((value) => typeof value === 'function')
    .parse(thatCameWith('aws-local-stepfunctions', 'asl-validator'));

  test('it finds nothing', () => {
    const { isValid, errors } = validate(stateMachineDefinition, { checkArn: false });
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  test('it finds a transition to a missing state', () => {
    const spoiled = { ...stateMachineDefinition, StartAt: 'Nowhere' };
    expect(validate(spoiled, { checkArn: false }).isValid).toBe(false);
  });
});
