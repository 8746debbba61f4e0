import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { manifest } from '../../../lambdas/tools/list-builds/manifest.ts';
import { tool } from '../../../lambdas/tools/list-builds/tool.ts';
import { builds, phase } from './build-answers.ts';
import { observing } from './context.ts';

/** Builds from status and commit, newest first, an hour apart. */
const history = (...all: readonly (readonly [status: string, commit?: string])[]): JsonObject[] =>
  all.map(([buildStatus, commit], nth) => {
    const start = Date.parse('2026-11-02T02:00:00.000Z') - nth * 3_600_000;
    return {
      id: `checkout-ci:${all.length - nth}`,
      projectName: 'checkout-ci',
      buildStatus,
      startTime: new Date(start).toISOString(),
      endTime: new Date(start + 60_000).toISOString(),
      sourceVersion: 'refs/heads/main',
      phases: buildStatus === 'FAILED' ? [phase('BUILD', 'FAILED', 30)] : [],
      ...(commit !== undefined && { resolvedSourceVersion: commit }),
    };
  });

const listed = async (all: JsonObject[], more: { count?: number; nextToken?: string } = {}) => {
  const { count, nextToken } = more;
  const made = observing(manifest);
  const ids = all.map(({ id = '' }) => id);
  made.cloud.answers('codebuild', 'ListBuildsForProject', { ids, ...(nextToken !== undefined && { nextToken }) });
  // AWS answers in any order.
  made.cloud.answers('codebuild', 'BatchGetBuilds', builds(...all.toReversed()));
  return { made, text: await tool.run({ project: 'checkout-ci', ...(count !== undefined && { count }) }, made) };
};

test('says how many builds in a row failed, and which was the last that succeeded', async () => {
  const { text, made } = await listed(
    history(['FAILED', 'c3'], ['STOPPED', 'c3'], ['TIMED_OUT', 'c2'], ['SUCCEEDED', 'c1'], ['FAILED', 'c0']),
    { count: 2 },
  );
  expect(text.split('\n')).toEqual([
    'checkout-ci: the newest 2 builds in a row failed; the last that succeeded is checkout-ci:2 (2026-11-01 23:00:00 UTC, commit c1).',
    'Not flaky by history: no commit both failed and succeeded. The newest commit, c3, was built once, so history cannot tell whether it is flaky.',
    'Compared: all 5 builds. Newest first:',
    '- checkout-ci:5: FAILED in BUILD, 2026-11-02 02:00:00 UTC, 60 s, commit c3 (refs/heads/main)',
    '- checkout-ci:4: STOPPED, 2026-11-02 01:00:00 UTC, 60 s, commit c3 (refs/heads/main)',
  ]);
  expect(made.cloud.inputsOf('ListBuildsForProject')).toEqual([
    { projectName: 'checkout-ci', sortOrder: 'DESCENDING' },
  ]);
});

test('a commit that both failed and succeeded is flaky by history', async () => {
  const { text } = await listed(history(['FAILED', 'c2'], ['SUCCEEDED', 'c2'], ['FAILED', 'c2'], ['SUCCEEDED', 'c1']));
  expect(text).toContain(
    'Flaky by history: the same commit both failed and succeeded (c2: 2 failed, the newest checkout-ci:4; 1 succeeded, the newest checkout-ci:3).',
  );
});

test('a build without a commit is compared with none', async () => {
  const { text } = await listed(history(['FAILED'], ['SUCCEEDED']));
  expect(text).toContain(
    'Not flaky by history: no commit both failed and succeeded. 2 builds have no commit and are not compared.',
  );
});

test('a long history names 5 flaky commits and the count of the others, and says that older builds were not compared', async () => {
  const commits = Array.from({ length: 7 }, (_, n) => `c${n}`);
  const { text } = await listed(
    history(
      ...commits.flatMap((commit): [string, string][] => [
        ['FAILED', commit],
        ['SUCCEEDED', commit],
      ]),
    ),
    { nextToken: 'more' },
  );
  expect(text).toContain(', and 2 more commits');
  expect(text).toContain('Compared: the newest 14 builds.');
});

test('no green build, only running ones, and none at all each have their own answer', async () => {
  expect((await listed(history(['FAULT', 'c1']))).text).toContain(
    'the newest build failed; none of them all succeeded.',
  );
  expect((await listed(history(['SUCCEEDED', 'c1']))).text).toContain('checkout-ci: the newest build succeeded.');
  expect((await listed(history(['IN_PROGRESS', 'c1']))).text).toContain('of 1 builds none has succeeded or failed');
  expect((await listed([])).text).toContain('has no builds that AWS still keeps');
});

test('a project that does not exist is an error with AWS’s message', async () => {
  const made = observing(manifest);
  made.cloud.answers(
    'codebuild',
    'ListBuildsForProject',
    new CloudError('ResourceNotFoundException', 'No such project'),
  );
  await expect(tool.run({ project: 'gone' }, made)).rejects.toThrow('No such project');
});
