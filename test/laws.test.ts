import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ESLint, Linter } from 'eslint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '..');
const APP = "import { App } from 'aws-cdk-lib';\nexport const app = App;\n";
const SDK = "import { EC2Client } from '@aws-sdk/client-ec2';\nexport const client = EC2Client;\n";
const importing = (path: string): string => `export { thing } from '${path}';\n`;

/** What breaks a law, the file that does, the file that it imports (or its text), and a part of the message that it gets. */
const breaches: readonly [breach: string, from: string, to: string, teaches: string][] = [
  ['law 1: a step that imports the CDK', 'lambdas/steps/decide/a.ts', APP, 'it never imports aws-cdk-lib'],
  ['law 1: a step that imports the stack', 'lambdas/steps/decide/b.ts', 'lib/a.ts', 'it never imports aws-cdk-lib'],
  [
    'law 1: a stack that imports a step',
    'lib/b.ts',
    'lambdas/steps/decide/c.ts',
    'lib/ reads from lambdas/ only contracts/',
  ],
  [
    'law 2: a tool that imports an AWS SDK',
    'lambdas/tools/x/a.ts',
    SDK,
    'AWS and model SDKs live in lambdas/adapters/',
  ],
  [
    'law 2: a step that imports an adapter',
    'lambdas/steps/decide/d.ts',
    'lambdas/adapters/a.ts',
    'only a handler.ts wires',
  ],
  [
    'law 2: a step that imports a provider',
    'lambdas/steps/apply/a.ts',
    'lambdas/providers/aws/a.ts',
    'only a handler.ts',
  ],
  [
    'law 2: an adapter that imports a provider',
    'lambdas/adapters/b.ts',
    'lambdas/providers/aws/b.ts',
    'never the other way',
  ],
  [
    'law 3: a step that imports another',
    'lambdas/steps/decide/e.ts',
    'lambdas/steps/observe/a.ts',
    "never another step's room",
  ],
  [
    'law 3: a step that imports approvals',
    'lambdas/steps/decide/f.ts',
    'lambdas/approvals/ask/a.ts',
    'belongs in lambdas/kernel/',
  ],
  [
    'law 3: approvals that import a step',
    'lambdas/approvals/ask/b.ts',
    'lambdas/steps/decide/g.ts',
    'imports no room of steps/',
  ],
  ['law 3: a page that imports ask', 'lambdas/approvals/page/a.ts', 'lambdas/approvals/ask/c.ts', 'never each other'],
  [
    'law 3: answer that imports the page',
    'lambdas/approvals/answer/a.ts',
    'lambdas/approvals/page/b.ts',
    'answer/ imports neither',
  ],
  [
    'law 3: a kernel that imports a step',
    'lambdas/kernel/trace/a.ts',
    'lambdas/steps/decide/h.ts',
    'they never import one',
  ],
  ['law 3: a tool that imports an adapter', 'lambdas/tools/x/b.ts', 'lambdas/adapters/c.ts', 'they never import one'],
  [
    'the kernel: a room that imports one above it',
    'lambdas/kernel/trace/b.ts',
    'lambdas/kernel/policy/a.ts',
    'imports no other room',
  ],
  [
    'the kernel: a room that its row leaves out',
    'lambdas/kernel/model/a.ts',
    'lambdas/kernel/limits/a.ts',
    'imports only kernel/trace/',
  ],
  [
    'the kernel: a reader of traces that looks into the shipped tools',
    'lambdas/kernel/trace/d.ts',
    'lambdas/tools/catalogue.ts',
    'may have other tools than the shipped ones',
  ],
  [
    'contracts that import the kernel',
    'lambdas/contracts/a.ts',
    'lambdas/kernel/trace/c.ts',
    'zod and itself, nothing else',
  ],
  ['a cycle', 'bin/a.ts', 'bin/b.ts', 'two files that are really one'],
  ['an import of nothing', 'bin/c.ts', importing('./missing.ts'), 'This import leads nowhere'],
];

const Cruise = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string(), severity: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) }),
  }),
});

let directory = '';
let found: z.infer<typeof Cruise>['summary'];

/** One small tree with every breach in it, under the project's own rules. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'checkrein-laws-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(root, file), join(directory, file));
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  };
  for (const [, from, to] of breaches) {
    write(from, to.endsWith('.ts') ? importing(`./${relative(dirname(from), to)}`) : to);
    if (to.endsWith('.ts')) write(to, 'export const thing = 1;\n');
  }
  write('bin/b.ts', importing('./a.ts'));
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'bin', 'lib', 'lambdas'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory, maxBuffer: 64_000_000 });
  found = Cruise.parse(JSON.parse(stdout)).summary;
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each(breaches)('lint stops %s, and says what to do instead', (_breach, from, _to, teaches) => {
  const names = found.violations
    .filter((one) => one.from === from && one.rule.severity === 'error')
    .map((one) => one.rule.name);
  const messages = found.ruleSetUsed.forbidden.filter(({ name }) => names.includes(name)).map(({ comment }) => comment);
  expect(messages.join('\n')).toContain(teaches);
});

test('every law of dependency-cruiser is broken here once', () => {
  const broken = new Set(
    found.violations.map(({ rule }) => rule.name.replace(/^(law-3|kernel)-[a-z-]+-(keeps|imports)/, '$1-$2')),
  );
  const laws = found.ruleSetUsed.forbidden.map(({ name }) =>
    name.replace(/^(law-3|kernel)-[a-z-]+-(keeps|imports)/, '$1-$2'),
  );
  expect([...new Set(laws)].filter((law) => !broken.has(law))).toEqual([]);
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
