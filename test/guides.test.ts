import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const GUIDES = ['adding-a-tool', 'adding-a-policy', 'adding-an-agent', 'adding-an-event', 'adding-a-scenario'];
const LEFT_OUT = ['node_modules', '.git', '.checkrein', 'cdk.out', 'coverage', 'out'];

/** One worker: a second one would load every module again, for a few seconds of tests. */
const TESTS = 'vitest run --maxWorkers=1';

const copy = mkdtempSync(join(tmpdir(), 'checkrein-guides-'));
afterAll(() => rmSync(copy, { recursive: true }));

interface Block {
  readonly language: string;
  readonly text: string;
  /** The line above it. */
  readonly above: string;
}

/** The blocks of a guide, without the indent of a list. */
const blocksOf = (guide: string): Block[] =>
  [...readFileSync(join(ROOT, 'docs', `${guide}.md`), 'utf8').matchAll(/^(.*)\n\n?( *)```(\w+)\n([^]*?)^ *```$/gm)].map(
    ([, above = '', indent = '', language = '', text = '']) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      above,
    }),
  );

/** The path that a block names in its first line; JSON has no comments, so there it is in the line above. */
const pathOf = ({ language, text, above }: Block): string | undefined =>
  language === 'json' ? /^<!-- ([\w./-]+) -->$/.exec(above)?.[1] : /^(?:\/\/|#) ([\w./-]+\/[\w.-]+)\n/.exec(text)?.[1];

const run = (command: string): Promise<{ readonly code: number; readonly printed: string }> =>
  new Promise((resolve) => {
    const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH, NO_COLOR: '1', CI: '' };
    execFile('sh', ['-c', command], { cwd: copy, env, maxBuffer: 64_000_000 }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), printed: `${out}${err}` }),
    );
  });

const succeeds = async (command: string): Promise<void> => {
  const { code, printed } = await run(command);
  expect([command, code, code === 0 ? '' : printed]).toEqual([command, 0, '']);
};

/** Writes the file of a block, or applies its difference. */
const follow = async (block: Block): Promise<void> => {
  const path = pathOf(block);
  if (block.language === 'diff') {
    writeFileSync(join(copy, 'guide.diff'), block.text);
    await succeeds('git apply guide.diff && rm guide.diff');
  } else if (path !== undefined) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), block.text.replace(/^(\/\/|#) .*\n/, ''));
  } else if (block.text.includes('> scenarios/')) await succeeds(block.text.replace('npx node', 'node'));
};

beforeAll(async () => {
  for (const name of readdirSync(ROOT))
    if (!LEFT_OUT.includes(name)) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const block of GUIDES.flatMap(blocksOf)) await follow(block);
  await succeeds(`${TESTS} test/lambdas/kernel/policy/rules/cedar-schema.test.ts -u`);
}, 300_000);

const patient = { timeout: 300_000 };

test('the tool of the guide compiles, and passes its own tests and those about every tool', patient, async () => {
  await succeeds('tsc -p . --incremental false');
  const tools = 'test/lambdas/tools/catalogue.test.ts test/lambdas/tools/set-log-retention.test.ts';
  await succeeds(`${TESTS} ${tools} test/lambdas/kernel/policy/rules test/lib/least-privilege.test.ts`);
});

test('the policy and the agent of the guides pass every check of the configuration', patient, async () => {
  await succeeds('node bin/checkrein.js policy check');
  await succeeds('node bin/checkrein.js policy test');
});

test('the scenario of the guide passes every test about scenarios', patient, async () => {
  const files = 'test/scenarios.test.ts test/local/account/world-file.test.ts test/lambdas/steps/apply/drift.test.ts';
  await succeeds(`${TESTS} ${files} -t 'logs-grow|every change tool'`);
});

test('the event of the guide reaches the model, with a title, a link and a key of its own', patient, async () => {
  await succeeds(`${TESTS} test/lambdas/steps/open/aws-events.test.ts -t 'batch'`);
});
