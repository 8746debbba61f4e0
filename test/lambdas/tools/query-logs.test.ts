import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { manifest } from '../../../lambdas/tools/query-logs/manifest.ts';
import { tool } from '../../../lambdas/tools/query-logs/tool.ts';
import { observing } from './context.ts';

const running = { status: 'Running', results: [] };
const complete = (...messages: string[]): JsonObject => ({
  status: 'Complete',
  results: messages.map((value) => [
    { field: '@timestamp', value: '2026-11-02 02:13:00.000' },
    { field: '@message', value },
    { field: '@ptr', value: 'CmEKJgoiMTIz' },
  ]),
  statistics: { recordsMatched: messages.length, recordsScanned: 9000, bytesScanned: 2_500_000 },
});

const context = (...results: JsonObject[]) => {
  const made = observing(manifest);
  made.cloud.answers('logs', 'StartQuery', { queryId: 'q-1' });
  made.cloud.answers('logs', 'GetQueryResults', ...results);
  made.cloud.answers('logs', 'StopQuery', { success: true });
  return made;
};

test('rows are shown once the query is complete, without @ptr', async () => {
  const made = context(running, running, complete('java.lang.OutOfMemoryError:\n  Java heap space'));
  expect(await tool.run({ logGroup: '/app/checkout', filter: 'OutOfMemory' }, made)).toBe(
    [
      '1 row; the first: 2026-11-02 02:13:00.000 UTC java.lang.OutOfMemoryError: Java heap space',
      'matched 1 of 9000 records (2.5 MB) scanned in /app/checkout from 2026-11-02 01:14:00 UTC to 2026-11-02 02:14:00 UTC',
    ].join('\n'),
  );
  expect(made.clock.sleptSeconds).toBe(3);
});

test('a filter cannot break out of its quotes', async () => {
  const made = context(complete());
  await tool.run({ logGroup: '/app', filter: 'x" | stats count(*) \\', limit: 5 }, made);
  expect(made.cloud.inputsOf('StartQuery')).toEqual([
    {
      logGroupName: '/app',
      queryString:
        'fields @timestamp, @message | filter @message like "x\\" | stats count(*) \\\\" | sort @timestamp desc',
      startTime: 1793582040,
      endTime: 1793585640,
      limit: 5,
    },
  ]);
});

test('a full query is passed on unchanged', async () => {
  const made = context({ status: 'Complete', results: [[{ field: 'errors', value: '17' }]] });
  expect(await tool.run({ logGroup: '/app', query: 'stats count(*) as errors' }, made)).toContain('errors=17');
  expect(made.cloud.inputsOf('StartQuery')[0]).toMatchObject({ queryString: 'stats count(*) as errors' });
});

test('a query that takes too long is stopped', async () => {
  const made = context(running);
  expect(await tool.run({ logGroup: '/app' }, made)).toContain('did not finish within 40 s and was stopped');
  expect(made.cloud.inputsOf('StopQuery')).toEqual([{ queryId: 'q-1' }]);
});

test('no rows, a full page and a failed query each have their own answer', async () => {
  expect(await tool.run({ logGroup: '/app' }, context(complete()))).toMatch(/^No rows: matched 0 of 9000 records/);
  expect(await tool.run({ logGroup: '/app', limit: 2 }, context(complete('a', 'b')))).toMatch(/^2 rows, limit reached/);
  expect(await tool.run({ logGroup: '/app' }, context({ status: 'Failed' }))).toContain('ended as Failed');
});

test('query and filter together are refused', async () => {
  await expect(tool.run({ logGroup: '/app', query: 'a', filter: 'b' }, context())).rejects.toThrow('not both');
});

test('a log group that does not exist is an error with AWS’s message', async () => {
  const made = context();
  made.cloud.answers(
    'logs',
    'StartQuery',
    new CloudError('ResourceNotFoundException', "Log group '/app' does not exist"),
  );
  await expect(tool.run({ logGroup: '/app' }, made)).rejects.toThrow("Log group '/app' does not exist");
});
