import { describe, expect, test } from 'vitest';
import { ExampleWorld } from './example-world.ts';

const base = 'about: a metric with gaps\nnow: 2026-11-20T09:26:20Z\n';

/** Datapoints as AWS's table writes them, oldest first: `0` is within the threshold, `X` breaches, `-` is missing. */
const worldOf = (pattern: string, missingData: string, needed = 3): string => {
  const minutes = pattern.split(' ').map((sign, n, all) => {
    const seconds = 80 + (all.length - 1 - n) * 60; // the last full minute starts 80 seconds before now
    return `-${seconds}s: ${sign === '-' ? 'null' : sign === 'X' ? 9 : 0}`;
  });
  return `${base}metrics:
  - { namespace: Shop, name: Errors, values: { -14d: null, ${minutes.join(', ')}, +1h: 0 } }
alarms:
  - name: errors
    metric: { namespace: Shop, name: Errors }
    threshold: 1
    datapointsToAlarm: ${needed}
    missingData: ${missingData}`;
};
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'];
const statesOf = (pattern: string, needed?: number): Promise<string[]> =>
  Promise.all(TREATMENTS.map((missing) => new ExampleWorld(worldOf(pattern, missing, needed)).alarm('errors')));

describe('missing data is treated as in the table of CloudWatch', () => {
  test.each([
    ['0 - X - X', 3, ['OK', 'OK', 'OK', 'OK']],
    ['- - - - 0', 3, ['OK', 'OK', 'OK', 'OK']],
    ['0 X X - X', 3, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', 2, ['OK', 'OK', 'ALARM', 'OK']],
  ])('%s, %i of 3 to alarm', async (pattern, needed, states) => {
    expect(await statesOf(pattern, needed)).toEqual(states);
  });

  test('one old datapoint that breaches, and none since: an alarm, unless missing data are good', async () => {
    const [missing, , breaching, notBreaching] = await statesOf('- - X - -');
    expect([missing, breaching, notBreaching]).toEqual(['ALARM', 'ALARM', 'OK']);
  });

  test('an alarm that ignores missing data stays in ALARM through a gap, and one that does not loses its data', async () => {
    const pattern = 'X X X - - - - - - -';
    expect(await statesOf(pattern)).toEqual(['INSUFFICIENT_DATA', 'ALARM', 'ALARM', 'OK']);
  });
});

const dataOf = async (yaml: string, Stat: string, Period = 60) => {
  const example = new ExampleWorld(`${base}${yaml}`);
  const answer = await example.send('cloudwatch:GetMetricData', {
    MetricDataQueries: [
      { Id: 'm1', MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Latency' }, Period, Stat } },
    ],
    StartTime: '2026-11-20T09:20:00Z',
    EndTime: '2026-11-20T09:25:00Z',
    ScanBy: 'TimestampAscending',
  });
  return answer;
};

test('GetMetricData has no datapoints in a gap', async () => {
  const yaml = 'metrics: [{ namespace: Shop, name: Latency, values: { -14d: 1, -320s: null, -200s: 3 } }]';
  expect(await dataOf(yaml, 'Average')).toMatchObject({
    MetricDataResults: [
      {
        Timestamps: ['2026-11-20T09:20:00.000Z', '2026-11-20T09:23:00.000Z', '2026-11-20T09:24:00.000Z'],
        Values: [1, 3, 3],
      },
    ],
  });
});

test('a percentile of a metric may rise while its average stays calm', async () => {
  const yaml = `metrics:
  - { namespace: Shop, name: Latency, fixed: 0.1, percentiles: { p99: { -14d: 0.2, -10m: 4 }, p99.9: 6 } }
alarms:
  - { name: slow, metric: { namespace: Shop, name: Latency, stat: p99 }, threshold: 1 }
  - { name: slow-on-average, metric: { namespace: Shop, name: Latency }, threshold: 1 }`;
  const values = (stat: string) => dataOf(yaml, stat, 300);
  expect(await values('p99')).toMatchObject({ MetricDataResults: [{ Values: [4] }] });
  expect(await values('p99.9')).toMatchObject({ MetricDataResults: [{ Values: [6] }] });
  expect(await values('p50')).toMatchObject({ MetricDataResults: [{ Values: [0.1] }] });
  const example = new ExampleWorld(`${base}${yaml}`);
  expect([await example.alarm('slow'), await example.alarm('slow-on-average')]).toEqual(['ALARM', 'OK']);
  expect(await example.send('cloudwatch:DescribeAlarms', { AlarmNames: ['slow'] })).toMatchObject({
    MetricAlarms: [{ ExtendedStatistic: 'p99' }],
  });
  expect(example.account.alarmEvent('slow').detail).toMatchObject({
    configuration: { metrics: [{ metricStat: { stat: 'p99' } }] },
  });
});

test('a percentile and a trimmed mean of a long period come from its minutes', async () => {
  const yaml =
    'metrics: [{ namespace: Shop, name: Latency, values: { -14d: 1, -320s: 2, -260s: 3, -200s: 4, -140s: 95 } }]';
  const value = async (stat: string) => dataOf(yaml, stat, 300);
  expect(await value('p50')).toMatchObject({ MetricDataResults: [{ Values: [3] }] });
  expect(await value('p100')).toMatchObject({ MetricDataResults: [{ Values: [95] }] });
  expect(await value('tm80')).toMatchObject({ MetricDataResults: [{ Values: [2.5] }] });
});
