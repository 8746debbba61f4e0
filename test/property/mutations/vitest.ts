import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import type { TestName } from './check.ts';

/** What a run of tests came to. `crashed`: something else than a test went wrong, a syntax error say, which proves nothing. */
export type TestRun =
  | { readonly kind: 'ran'; readonly passed: readonly TestName[]; readonly failed: readonly TestName[] }
  | { readonly kind: 'crashed'; readonly why: string };

const Results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});
type FileResult = z.infer<typeof Results>['testResults'][number];

/** The slowest file takes ten seconds; a check whose absence loops for ever ends here. */
const PATIENCE_MS = 180_000;
const REPORT = 'vitest-report.json';

/** Runs some test files of a tree, in a process of its own. */
export const runTests = async (root: string, files: readonly string[]): Promise<TestRun> => {
  const report = join(root, REPORT);
  rmSync(report, { force: true });
  const said = await finished(root, ['run', ...files, '--reporter=json', `--outputFile=${REPORT}`]);
  const results = readReport(report);
  if (results === undefined) return { kind: 'crashed', why: said.slice(-1000) };
  const broken = results.find((file) => file.status === 'failed' && withStatus(root, [file], 'failed').length === 0);
  if (broken !== undefined) return { kind: 'crashed', why: broken.message };
  return { kind: 'ran', passed: withStatus(root, results, 'passed'), failed: withStatus(root, results, 'failed') };
};

const finished = (root: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const options = { cwd: root, timeout: PATIENCE_MS, maxBuffer: 64 * 1024 * 1024 };
    // Failing tests are what is looked for, so the exit code says nothing that the report does not.
    execFile(process.execPath, [vitest, ...args], options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });

const readReport = (path: string): FileResult[] | undefined => {
  try {
    return Results.parse(JSON.parse(readFileSync(path, 'utf8'))).testResults;
  } catch {
    return undefined;
  }
};

const withStatus = (root: string, files: readonly FileResult[], status: string): TestName[] =>
  files.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === status)
      .map(({ ancestorTitles, title }) => ({
        file: relative(root, name),
        name: [...ancestorTitles, title].join(' > '),
      })),
  );
