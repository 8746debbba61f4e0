import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '..');
const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true });
});

/** A small tree that breaks a law, under the project's own rules. */
const cruise = (files: Readonly<Record<string, string>>): Promise<{ code: number; out: string }> => {
  const place = mkdtempSync(join(tmpdir(), 'checkrein-laws-'));
  places.push(place);
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(root, file), join(place, file));
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), text);
  }
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', '.'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: place }, (error, out) =>
      resolve({ code: error === null ? 0 : Number(error.code), out }),
    );
  });
};

const exports = 'export const thing = 1;\n';

const breaches: readonly [law: string, files: Record<string, string>, teaches: string][] = [
  [
    'law 1: a step that imports the CDK',
    { 'lambdas/steps/decide/step.ts': "import { App } from 'aws-cdk-lib';\nexport const app = App;\n" },
    'it never imports aws-cdk-lib',
  ],
  [
    'law 1: a stack that imports a step',
    {
      'lib/stack.ts': "export { thing } from '../lambdas/steps/decide/step.ts';\n",
      'lambdas/steps/decide/step.ts': exports,
    },
    'lib/ reads from lambdas/ only contracts/',
  ],
  [
    'law 2: an AWS SDK outside adapters/',
    {
      'lambdas/tools/x/tool.ts': "import { EC2Client } from '@aws-sdk/client-ec2';\nexport const client = EC2Client;\n",
    },
    'AWS and model SDKs live in lambdas/adapters/',
  ],
  [
    'law 2: a step that reaches for an adapter',
    { 'lambdas/steps/decide/step.ts': "export { thing } from '../adapters/a.ts';\n", 'lambdas/adapters/a.ts': exports },
    'only a handler.ts wires adapters',
  ],
  [
    "law 3: a step that imports another step's room",
    {
      'lambdas/steps/decide/step.ts': "export { thing } from '../observe/step.ts';\n",
      'lambdas/steps/observe/step.ts': exports,
    },
    "never another step's room",
  ],
  [
    'law 3: a kernel that knows a step',
    { 'lambdas/kernel/a.ts': "export { thing } from '../decide/step.ts';\n", 'lambdas/steps/decide/step.ts': exports },
    'they never import one',
  ],
];

for (const [law, files, teaches] of breaches)
  test(`lint stops a breach of ${law}, and says what to do instead`, async () => {
    const { code, out } = await cruise(files);
    expect(code).toBeGreaterThan(0);
    expect(out.replace(/\s+/g, ' ')).toContain(teaches);
  });

const Rule = z.tuple([z.literal(2)]).rest(z.object({ selector: z.string(), message: z.string() }));
const Rules = z.object({ rules: z.object({ 'no-restricted-syntax': Rule }) });

test('lint stops a step that reads the environment, the clock or a random number by itself', async () => {
  const config: unknown = await new ESLint({ cwd: root }).calculateConfigForFile(
    join(root, 'lambdas/steps/decide/step.ts'),
  );
  const rule = Rules.parse(config).rules['no-restricted-syntax'];
  const messagesFor = (code: string): string[] =>
    new Linter().verify(code, [{ rules: { 'no-restricted-syntax': rule } }]).map(({ message }) => message);
  for (const code of ['process.env.HOME;', 'Date.now();', 'new Date();', 'Math.random();', 'randomUUID();'])
    expect([code, messagesFor(code).filter((message) => message.startsWith('Law 2')).length]).toEqual([code, 1]);
  expect(messagesFor('new Date(0);')).toEqual([]);
});
