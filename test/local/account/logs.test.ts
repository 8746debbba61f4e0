import { expect, test } from 'vitest';
import * as z from 'zod';
import { ExampleWorld } from './example-world.ts';

const WORLD = `
about: a chatty service
now: 2026-11-20T09:26:20Z
logs:
  - name: /app/shop
    stream: shop-1
    lines:
      - { at: -10m, message: 'INFO started' }
      - { at: -5m, every: 60s, message: 'ERROR payment timed out after 10 s' }
      - { at: +5m, message: 'INFO recovered' }
`;
const between = {
  startTime: Date.parse('2026-11-20T09:00:00Z') / 1000,
  endTime: Date.parse('2026-11-20T10:00:00Z') / 1000,
};
const Started = z.object({ queryId: z.string() });
const Rows = z.object({
  status: z.string(),
  results: z.array(z.array(z.object({ field: z.string(), value: z.string() }))),
});

const Events = z.object({ events: z.array(z.object({ message: z.string() })) });

const rows = async (example: ExampleWorld, queryString: string): Promise<Record<string, string>[]> => {
  const { queryId } = Started.parse(
    await example.send('logs:StartQuery', { logGroupName: '/app/shop', queryString, ...between }),
  );
  example.wait(2);
  const { results } = Rows.parse(await example.send('logs:GetQueryResults', { queryId }));
  return results.map((row) =>
    Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value])),
  );
};

test('a query runs for a moment before it is complete, and can be stopped until then', async () => {
  const example = new ExampleWorld(WORLD);
  const start = async () =>
    Started.parse(
      await example.send('logs:StartQuery', {
        logGroupName: '/app/shop',
        queryString: 'fields @message',
        ...between,
      }),
    );
  const first = await start();
  expect(await example.send('logs:GetQueryResults', first)).toMatchObject({ status: 'Running', results: [] });
  example.wait(2);
  expect(await example.send('logs:GetQueryResults', first)).toMatchObject({
    status: 'Complete',
    statistics: { recordsScanned: 7 },
  });
  expect(await example.send('logs:StopQuery', first)).toEqual({ success: false });
  const second = await start();
  expect(await example.send('logs:StopQuery', second)).toEqual({ success: true });
  expect(await example.send('logs:GetQueryResults', second)).toMatchObject({ status: 'Cancelled' });
});

test('fields, filter, sort and limit choose the lines', async () => {
  const example = new ExampleWorld(WORLD);
  const errors =
    'fields @timestamp, @message | filter @message like /(?i)error|fatal/ | sort @timestamp desc | limit 2';
  expect(await rows(example, errors)).toEqual([
    { '@timestamp': '2026-11-20 09:26:20.000', '@message': 'ERROR payment timed out after 10 s' },
    { '@timestamp': '2026-11-20 09:25:20.000', '@message': 'ERROR payment timed out after 10 s' },
  ]);
  const calm = 'fields @message | filter @message not like "ERROR" and @message like "started"';
  expect(await rows(example, calm)).toEqual([{ '@message': 'INFO started' }]);
});

test('stats counts lines by bins of time', async () => {
  const example = new ExampleWorld(WORLD);
  const counted = await rows(example, 'filter @message like /ERROR/ | stats count(*) as errors by bin(5m)');
  expect(counted).toEqual([
    { 'bin(5m)': '2026-11-20 09:20:00.000', errors: '4' },
    { 'bin(5m)': '2026-11-20 09:25:00.000', errors: '2' },
  ]);
});

test('a query that Insights does not support is refused, and so is one of an unknown group', async () => {
  const example = new ExampleWorld(WORLD);
  const bad = { logGroupName: '/app/shop', queryString: 'select * from logs', ...between };
  expect((await example.refusal('logs:StartQuery', bad)).code).toBe('MalformedQueryException');
  const gone = { logGroupName: '/app/nope', queryString: 'fields @message', ...between };
  expect((await example.refusal('logs:StartQuery', gone)).code).toBe('ResourceNotFoundException');
});

test('lines appear when simulated time reaches them', async () => {
  const example = new ExampleWorld(WORLD);
  const recovered = () => rows(example, 'fields @message | filter @message like "recovered"');
  expect(await recovered()).toEqual([]);
  example.wait(301);
  expect(await recovered()).toEqual([{ '@message': 'INFO recovered' }]);
});

test('the events of a stream come from its head or its tail, and the same token comes back at the end', async () => {
  const example = new ExampleWorld(WORLD);
  const stream = { logGroupName: '/app/shop', logStreamName: 'shop-1' };
  const head = await example.send('logs:GetLogEvents', { ...stream, startFromHead: true });
  expect(Events.parse(head).events.map(({ message }) => message)).toEqual([
    'INFO started',
    ...Array.from({ length: 6 }, () => 'ERROR payment timed out after 10 s'),
  ]);
  expect(head).toMatchObject({ nextForwardToken: 'f/7' });
  const next = await example.send('logs:GetLogEvents', { ...stream, startFromHead: true, nextToken: 'f/7' });
  expect(next).toMatchObject({ events: [], nextForwardToken: 'f/7' });
  expect(await example.send('logs:GetLogEvents', { ...stream, startFromHead: false })).toEqual(head);
  const other = { ...stream, logStreamName: 'shop-2', startFromHead: true };
  expect((await example.refusal('logs:GetLogEvents', other)).code).toBe('ResourceNotFoundException');
});
