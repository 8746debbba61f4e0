import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { deployment } from '../config/deployment.ts';
import { compileRules } from '../lambdas/kernel/rules/compile.ts';
import { synthesize } from '../lib/synthesize.ts';
import type { Emulators } from './emulators.ts';
import { ACCOUNT, awsEnvironment, HOME, REGION, ROOT } from './place.ts';
import { run } from './process.ts';

const ASSEMBLY = join(HOME, 'cdk.out');
const OUTPUTS = join(HOME, 'outputs.json');

const Outputs = z.object({
  Checkrein: z.object({
    SwitchParameter: z.string(),
    ModelKeySecret: z.string(),
    LedgerTable: z.string(),
    FlowArn: z.string(),
    ApprovalPage: z.url(),
  }),
});
/** What the deployed stack says about itself. */
export type Outputs = z.infer<typeof Outputs>['Checkrein'];

/** `cdk synth`, bundles included. */
export const synthesizeStack = (emulators: Emulators, modelUrl: string): Promise<void> => {
  const context = [`model=${modelUrl}`, `compute=${emulators.compute.url}`].flatMap((one) => ['--context', one]);
  return cdk(
    'synth',
    ['--app', `${process.execPath} e2e/app.ts`, '--output', ASSEMBLY, '--quiet', ...context],
    emulators,
  );
};

/** `cdk bootstrap` of the empty account. It needs no app, and must not find ours in cdk.json. */
export const bootstrapAccount = (emulators: Emulators): Promise<void> =>
  cdk('bootstrap', [`aws://${ACCOUNT}/${REGION}`], emulators, HOME);

/** `cdk deploy` of what was synthesized. */
export const deployStack = async (emulators: Emulators): Promise<Outputs> => {
  await cdk('deploy', ['--app', ASSEMBLY, '--require-approval', 'never', '--outputs-file', OUTPUTS], emulators);
  return Outputs.parse(JSON.parse(readFileSync(OUTPUTS, 'utf8'))).Checkrein;
};

/** Types of resources that the shipped stack has and the deployed one lacks. */
export const switchedOff = (): string[] => {
  const deployed = typesIn(Template.parse(JSON.parse(readFileSync(join(ASSEMBLY, 'Checkrein.template.json'), 'utf8'))));
  const { template } = synthesize(compileRules(join(ROOT, 'config'), deployment));
  return [...typesIn(template)].filter((type) => !deployed.has(type) && type !== 'AWS::CDK::Metadata');
};

const Template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) });
const typesIn = ({ Resources }: z.infer<typeof Template>): Set<string> =>
  new Set(Object.values(Resources).map(({ Type }) => Type));

const cdk = (command: string, args: readonly string[], { aws }: Emulators, cwd = ROOT): Promise<void> => {
  const log = join(HOME, `cdk-${command}.log`);
  const env = { ...process.env, ...awsEnvironment(aws.url), CI: 'true' };
  return run(join(ROOT, 'node_modules/.bin/cdk'), [command, ...args], log, { cwd, env });
};
