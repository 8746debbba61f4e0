import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';

const run = promisify(execFile);

const LambdaFunction = z.looseObject({
  Type: z.literal('AWS::Lambda::Function'),
  Properties: z.looseObject({
    Code: z.looseObject({ S3Key: z.string() }),
    Environment: z.looseObject({ Variables: z.record(z.string(), z.unknown()) }),
  }),
});
const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

/** A function as it would be deployed. */
export interface DeployedFunction {
  readonly name: string;
  /** Its asset. */
  readonly folder: string;
  /** Its environment. Values that only a deployment knows are made up. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Synthesizes the app into a folder, as `cdk synth` does, and reads its functions. */
export const synthesizedFunctions = async (folder: string): Promise<readonly DeployedFunction[]> => {
  await run(process.execPath, ['bin/app.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, CDK_OUTDIR: folder },
  });
  const template = readdirSync(folder).find((file) => file.endsWith('.template.json'));
  if (template === undefined) throw new InputError(folder, 'synth wrote no template', 'a checkout that synthesizes');
  const { Resources } = Template.parse(JSON.parse(readFileSync(join(folder, template), 'utf8')));
  return Object.entries(Resources).flatMap(([logicalId, resource]) => {
    const parsed = LambdaFunction.safeParse(resource);
    if (!parsed.success) return [];
    const { Code, Environment } = parsed.data.Properties;
    const told = Object.entries(Environment.Variables).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : `made-up-${key.toLowerCase()}`,
    ]);
    return [
      {
        name: logicalId.replace(/^Steps/, '').replace(/[0-9A-F]{8}$/, ''),
        folder: join(folder, `asset.${Code.S3Key.replace('.zip', '')}`),
        environment: Object.fromEntries(told),
      },
    ];
  });
};
