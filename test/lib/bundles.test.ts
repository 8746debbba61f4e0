import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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

/** The folder of a function in the assembly. */
const assetOf = ({ Code }: z.infer<typeof Function>['Properties']): string =>
  join(assembly, `asset.${Code.S3Key.replace('.zip', '')}`);

/** What each bundle did when started with the environment of the template. */
let started: { name: string; cwd: string; told: string[]; read: string[]; outcome: string }[] = [];

const start = async (name: string, properties: z.infer<typeof Function>['Properties']) => {
  const { Environment } = properties;
  const cwd = assetOf(properties);
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
  return { name, cwd, told: ours.sort(), ...Started.parse(JSON.parse(stdout)) };
};

beforeAll(async () => {
  // From where the app runs, as the CDK's own command gives it.
  const env = { ...process.env, CDK_OUTDIR: relative(root, assembly) };
  await run(process.execPath, ['bin/app.ts'], { cwd: root, env });
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

test('a function has the chunks that it can reach, and no others', () => {
  for (const { name, cwd } of started) {
    const modules = readdirSync(cwd).filter((file) => file.endsWith('.mjs'));
    const named = modules.flatMap((file) => importsIn(readFileSync(join(cwd, file), 'utf8')));
    expect([name, [...new Set([...named, 'index.mjs'])].toSorted()]).toEqual([name, modules.toSorted()]);
  }
});

test('no function parses the client of EC2 before it needs it', () => {
  for (const { name, cwd } of started)
    for (const file of atStart(cwd)) expect([name, readFileSync(join(cwd, file), 'utf8')]).not.toEqual([name, EC2]);
});

const EC2: unknown = expect.stringContaining('EC2ServiceException');
const STATIC = /(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g;
const LAZY = /import\("\.\/([\w.-]+\.mjs)"\)/g;
const namesIn = (code: string, form: RegExp): string[] => [...code.matchAll(form)].map(([, file = '']) => file);
const importsIn = (code: string): string[] => [...namesIn(code.replaceAll("'", '"'), STATIC), ...namesIn(code, LAZY)];

/** The files that a cold start parses. */
const atStart = (cwd: string): ReadonlySet<string> => {
  const files = new Set(['index.mjs']);
  for (const file of files)
    for (const next of namesIn(readFileSync(join(cwd, file), 'utf8').replaceAll("'", '"'), STATIC)) files.add(next);
  return files;
};
