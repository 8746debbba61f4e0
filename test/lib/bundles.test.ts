import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const assembly = mkdtempSync(join(tmpdir(), 'checkrein-bundles-'));

const Function = z.looseObject({
  Type: z.literal('AWS::Lambda::Function'),
  Properties: z.looseObject({
    Code: z.looseObject({ S3Key: z.string() }),
    Environment: z.looseObject({ Variables: z.record(z.string(), z.unknown()) }),
  }),
});
const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });
const Started = z.strictObject({ outcome: z.string(), read: z.array(z.string()) });

/** What each bundle did when started with the environment of the template. */
let started: { name: string; told: string[]; read: string[]; outcome: string }[] = [];

const start = async (name: string, { Code, Environment }: z.infer<typeof Function>['Properties']) => {
  const cwd = join(assembly, `asset.${Code.S3Key.replace('.zip', '')}`);
  // Values that only deployment knows are made up. Values in the template, such as the path of the rules, are real.
  const told = Object.fromEntries(
    Object.entries(Environment.Variables).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : `made-up-${key.toLowerCase()}`,
    ]),
  );
  const env = { LAMBDA_TASK_ROOT: cwd, AWS_REGION: 'eu-west-1', POWERTOOLS_LOG_LEVEL: 'SILENT' };
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'start-function.ts')], {
    cwd,
    env: { ...env, ...told },
  });
  const ours = Object.keys(told).filter((key) => key.startsWith('CHECKREIN_'));
  return { name, told: ours.sort(), ...Started.parse(JSON.parse(stdout)) };
};

beforeAll(async () => {
  await run(process.execPath, ['bin/app.ts'], { cwd: root, env: { ...process.env, CDK_OUTDIR: assembly } });
  const { Resources } = Template.parse(JSON.parse(readFileSync(join(assembly, 'Checkrein.template.json'), 'utf8')));
  const functions = Object.entries(Resources).flatMap(([name, resource]) => {
    const parsed = Function.safeParse(resource);
    return parsed.success ? [{ name, properties: parsed.data.Properties }] : [];
  });
  started = await Promise.all(functions.map(({ name, properties }) => start(name, properties)));
}, 180_000);
afterAll(() => rmSync(assembly, { recursive: true }));

test('every bundle starts on its own, policy engine included, and refuses an event that it cannot read', () => {
  expect(started).toHaveLength(14);
  for (const { name, outcome } of started) expect([name, outcome]).toEqual([name, 'ContractBroken']);
});

test('a function gets exactly the environment variables that it reads', () => {
  for (const { name, told, read } of started) expect([name, told]).toEqual([name, read]);
});
