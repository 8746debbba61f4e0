import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import type { TestRef } from './check.ts';

/** The result of a run of tests. `crashed`: something other than a test failed, such as a syntax error. */
export type TestRun =
  | { readonly kind: 'ran'; readonly passed: readonly TestRef[]; readonly failed: readonly TestRef[] }
  | { readonly kind: 'crashed'; readonly why: string };

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});
type FileResult = z.infer<typeof Report>['testResults'][number];

/** The slowest file takes ten seconds. Without some checks a test never ends. */
const TIMEOUT_MS = 180_000;
const REPORT = 'vitest-report.json';

/** Runs test files of a copy, in a process of its own. */
export const runTests = async (root: string, files: readonly string[]): Promise<TestRun> => {
  const report = join(root, REPORT);
  rmSync(report, { force: true });
  const output = await vitest(root, ['run', ...files, '--reporter=json', `--outputFile=${REPORT}`]);
  const results = readReport(report);
  if (results === undefined) return { kind: 'crashed', why: output.slice(-1000) };
  const broken = results.find((file) => file.status === 'failed' && withStatus(root, [file], 'failed').length === 0);
  if (broken !== undefined) return { kind: 'crashed', why: broken.message };
  return { kind: 'ran', passed: withStatus(root, results, 'passed'), failed: withStatus(root, results, 'failed') };
};

const vitest = (root: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const command = join(root, 'node_modules/vitest/vitest.mjs');
    const options = { cwd: root, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    // Failing tests are expected, so the report counts and not the exit code.
    execFile(process.execPath, [command, ...args], options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });

const readReport = (path: string): FileResult[] | undefined => {
  try {
    return Report.parse(JSON.parse(readFileSync(path, 'utf8'))).testResults;
  } catch {
    return undefined;
  }
};

const withStatus = (root: string, files: readonly FileResult[], status: string): TestRef[] =>
  files.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === status)
      .map(({ title }) => ({ file: relative(root, name), title })),
  );
