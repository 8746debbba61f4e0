import { describe, expect, test } from 'vitest';
import { CloudError, ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../../lambdas/contracts/json.ts';
import { PROMQL_READ, USAGE_READ } from '../../../../lambdas/contracts/usage.ts';
import { usagePeaks } from '../../../../lambdas/tools/kubernetes/usage.ts';
import { manifest as promqlManifest } from '../../../../lambdas/tools/query-prometheus/manifest.ts';
import { tool as queryPrometheus } from '../../../../lambdas/tools/query-prometheus/tool.ts';
import { manifest } from '../../../../lambdas/tools/query-usage/manifest.ts';
import { tool as queryUsage } from '../../../../lambdas/tools/query-usage/tool.ts';
import { observing } from '../context.ts';

const MIB = 1_048_576;
const place = { cluster: 'prod', namespace: 'shop' };
const NOW = Date.parse('2026-11-02T02:14:00Z') / 1000;

const deployment = (
  resources: JsonObject = { requests: { memory: '512Mi', cpu: '500m' }, limits: { memory: '1Gi' } },
): JsonObject => ({
  metadata: { name: 'checkout', uid: 'u', creationTimestamp: '2026-10-01T00:00:00Z' },
  spec: { template: { spec: { containers: [{ name: 'web', resources }, { name: 'proxy' }] } } },
  status: {},
});

/** A point for each step of a window, the newest last; undefined is no point. */
const pointsOf = (stepSeconds: number, values: readonly (number | undefined)[]): Json =>
  values.flatMap((value, n) => (value === undefined ? [] : [[NOW - (values.length - 1 - n) * stepSeconds, value]]));

const answer = (series: readonly (readonly [string, Json])[], warnings: readonly string[] = []): Json => ({
  source: 'The Prometheus of the cluster prod',
  series: series.map(([container, points]) => ({ container, points })),
  warnings: [...warnings],
});

const asked = async (usage: Json | Error, input: JsonObject = {}, resources?: JsonObject) => {
  const context = observing(manifest);
  context.cloud.answers('apps/v1', 'get deployments', deployment(resources));
  context.cloud.answers(USAGE_READ.service, USAGE_READ.command, usage);
  const text = await queryUsage.run(
    { ...place, kind: 'deployments', name: 'checkout', metric: 'memory', ...input },
    context,
  );
  return { lines: text.split('\n'), sent: context.cloud.inputsOf(USAGE_READ.command)[0] };
};

describe('query_usage', () => {
  test('says peak, time and percentiles, against request and limit, and that the whole window has data', async () => {
    const day = Array.from({ length: 288 }, (_, n) => (n === 200 ? 768 : 256 + (n % 100)) * MIB);
    const { lines, sent } = await asked(answer([['web', pointsOf(300, day)]]), { hours: 24, container: 'web' });
    expect(lines[0]).toBe(
      'Deployment checkout in shop, web: peak of memory 768 MiB, 150 % of its request of 512 MiB, 75 % of its limit of 1 GiB, in the step up to 2026-11-01 18:59:00 UTC (7 h ago).',
    );
    expect(lines[1]).toBe('  p50 304 MiB, p95 349 MiB, p99 355 MiB; all 24 h have data.');
    expect(sent).toMatchObject({
      ...place,
      name: 'checkout',
      containers: ['web'],
      from: '2026-11-01T02:14:00.000Z',
      to: '2026-11-02T02:14:00.000Z',
      stepSeconds: 300,
    });
  });

  test('asks for 14 days in steps of a quarter of an hour, of all containers', async () => {
    const { lines, sent } = await asked(answer([['proxy', pointsOf(900, [100])]]), { metric: 'cpu' });
    expect(sent).toMatchObject({ containers: ['web', 'proxy'], from: '2026-10-19T02:14:00.000Z', stepSeconds: 900 });
    expect(lines[0]).toContain('proxy: peak of CPU 0.1 cores, no request, no limit');
    expect(lines).toContain('Not known: web.');
  });

  test('says how much of the window has data: where it begins, where it ends, and its gaps', async () => {
    const values = Array.from({ length: 192 }, (_, n) =>
      (n > 20 && n < 33) || (n > 90 && n < 93) || n > 180 ? undefined : 1,
    );
    const { lines } = await asked(answer([['web', pointsOf(900, values)]], ['one store did not answer']));
    expect(lines[1]).toContain(
      '12 % of the 14 days have data: the data begins only 48 h ago, it ends 165 min ago, there are 2 gaps, the longest of 3 h.',
    );
    expect(lines).toContain('Warning: one store did not answer');
  });

  test('says throttling in percent of the CPU periods', async () => {
    const { lines } = await asked(answer([['web', pointsOf(900, [12.5, 3])]]), { metric: 'throttling' });
    expect(lines[0]).toContain('web: held back in up to 12.5 % of its CPU periods, in the step up to');
  });

  test('says that no data is not the same as zero', async () => {
    const { lines } = await asked(answer([]));
    expect(lines[0]).toBe(
      'The Prometheus of the cluster prod has no memory of Deployment checkout in shop in the last 14 days. This is not the same as zero: the peak is not known.',
    );
  });

  test('refuses a container that the workload does not have', async () => {
    await expect(asked(answer([]), { container: 'wen' })).rejects.toThrow('no container wen. It has web, proxy.');
  });
});

describe('the peak that a cut is judged by', () => {
  const peakIn = async (usage: Json | Error) => {
    const context = observing(manifest);
    context.cloud.answers(USAGE_READ.service, USAGE_READ.command, usage);
    const of = { ...place, kind: 'deployments', name: 'checkout', containers: ['web'], metric: 'memory' } as const;
    return (await usagePeaks(context.cloud, of, context.clock.now()))[0];
  };

  test('is the highest of two weeks', async () => {
    const usage = answer([
      [
        'web',
        pointsOf(
          900,
          Array.from({ length: 1344 }, (_, n) => (n === 3 ? 900 : 300)),
        ),
      ],
    ]);
    expect(await peakIn(usage)).toMatchObject({
      kind: 'known',
      peak: 900,
      p95: 300,
      says: 'The highest memory in The Prometheus of the cluster prod, which covers 100 % of the last 14 days.',
    });
  });

  test.each<[string, Json | Error, string]>([
    ['there are no data', answer([]), 'has no memory of checkout/web in the last 14 days.'],
    [
      'the data are of another container',
      answer([['proxy', pointsOf(900, [1])]]),
      'has no memory of checkout/web in the last 14 days.',
    ],
    [
      'the data are younger than half of the window',
      answer([
        [
          'web',
          pointsOf(
            900,
            Array.from({ length: 600 }, () => 1),
          ),
        ],
      ]),
      'for only 44 % of the last 14 days; at least half is needed.',
    ],
    ['the source does not answer', new CloudError('UsageUnavailable', 'it gave no answer'), 'it gave no answer'],
    ['no source is named', new ToolRefusal('Nobody knows the usage of the cluster'), 'Nobody knows the usage'],
  ])('is unknown where %s, with the reason', async (_why, usage, says) => {
    const peak = await peakIn(usage);
    expect(peak).toMatchObject({ kind: 'unknown' });
    expect(JSON.stringify(peak)).toContain(says);
  });
});

describe('query_prometheus', () => {
  const run = (series: Json, input: JsonObject = {}) => {
    const context = observing(promqlManifest);
    context.cloud.answers(PROMQL_READ.service, PROMQL_READ.command, { source: 'Prometheus', series, warnings: [] });
    return queryPrometheus.run({ ...place, promql: 'sum by (job) (up)', ...input }, context);
  };

  test('shows each series with its highest value, the highest series first', async () => {
    const series = [
      {
        labels: { job: 'a' },
        points: [
          [NOW - 60, 1],
          [NOW, 2],
        ],
      },
      {
        labels: { job: 'b' },
        points: [
          [NOW - 60, 9],
          [NOW, 4],
        ],
      },
    ];
    const [first, second] = (await run(series)).split('\n');
    expect(first).toMatch(/^2 series from 2026-11-01 23:14:00 UTC to 2026-11-02 02:14:00 UTC, a point each 60 s/);
    expect(second).toBe(
      '- {job=b}: highest 9 at 2026-11-02 02:13:00 UTC, median 4, lowest 4, newest 4; 2 of 180 points',
    );
  });

  test('says that no series is not the same as zero, and refuses more points than a server answers', async () => {
    expect(await run([])).toContain('This is not the same as zero');
    await expect(run([], { minutes: 20_160, stepSeconds: 15 })).rejects.toThrow('80640 points; expected 1 to 11000');
  });
});
