import { expect, test } from 'vitest';
import { manifest } from '../../../lambdas/tools/get-metrics/manifest.ts';
import { tool } from '../../../lambdas/tools/get-metrics/tool.ts';
import { metricDataAnswer } from './aws-answers.ts';
import { observing } from './context.ts';

const cpu = {
  namespace: 'AWS/EC2',
  metric: 'CPUUtilization',
  dimensions: { InstanceId: 'i-0123456789abcdef0' },
  stats: ['Average'],
  minutes: 60,
  periodSeconds: 300,
};

const readOf = async (input: typeof cpu, ...values: number[]) => {
  const context = observing(manifest);
  context.cloud.answers('cloudwatch', 'GetMetricData', metricDataAnswer(...values));
  return { text: await tool.run(input, context), cloud: context.cloud };
};

test('a rising metric is summarized with the finding first: distribution, trend and series', async () => {
  const { text } = await readOf(cpu, 10, 20, 30, 40, 95.456, 90);
  expect(text).toBe(
    [
      'CPUUtilization Average: highest 95.46, p95 95.46, p50 30, average 47.58, lowest 10, newest 90; rising from 15 to 92.73 (means of first and last third); 6 of about 12 datapoints',
      'AWS/EC2 CPUUtilization {InstanceId=i-0123456789abcdef0} from 2026-11-02 01:14:00 UTC to 2026-11-02 02:14:00 UTC, periods of 300 s',
      '  11-02 01:00 10 | 11-02 01:05 20 | 11-02 01:10 30 | 11-02 01:15 40 | 11-02 01:20 95.46 | 11-02 01:25 90',
    ].join('\n'),
  );
});

test('the window and the metric reach CloudWatch unchanged', async () => {
  const { cloud } = await readOf(cpu, 1);
  expect(cloud.inputsOf('GetMetricData')).toEqual([
    {
      StartTime: '2026-11-02T01:14:00.000Z',
      EndTime: '2026-11-02T02:14:00.000Z',
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        {
          Id: 's0',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/EC2',
              MetricName: 'CPUUtilization',
              Dimensions: [{ Name: 'InstanceId', Value: 'i-0123456789abcdef0' }],
            },
            Period: 300,
            Stat: 'Average',
          },
        },
      ],
    },
  ]);
});

test('no datapoints is not zero', async () => {
  const { text } = await readOf(cpu);
  expect(text).toMatch(/^No datapoints for AWS\/EC2 CPUUtilization .* This is not the same as zero\.$/);
});

test('a long series is shortened without losing its peak', async () => {
  const values = Array.from({ length: 240 }, (_value, index) => (index === 125 ? 99 : 5));
  const { text } = await readOf({ ...cpu, minutes: 1200 }, ...values);
  expect(text).toContain('(each the highest of 10)');
  expect(text.split('\n').at(-1)?.match(/ \| /g)).toHaveLength(23);
  expect(text.split('\n').at(-1)).toContain(' 99 ');
  expect(text).toContain('; flat; ');
});

test('all pages are read', async () => {
  const context = observing(manifest);
  const page = (value: number, more = {}) => ({
    MetricDataResults: [{ Id: 's0', Timestamps: ['2026-11-02T01:20:00.000Z'], Values: [value] }],
    ...more,
  });
  context.cloud.answers('cloudwatch', 'GetMetricData', page(1, { NextToken: 'more' }), page(7));
  expect(await tool.run(cpu, context)).toContain('highest 7, p95 7, p50 1');
  expect(context.cloud.inputsOf('GetMetricData')[1]).toMatchObject({ NextToken: 'more' });
});

test('too many datapoints are refused before any call', async () => {
  const context = observing(manifest);
  await expect(tool.run({ ...cpu, minutes: 20_160, periodSeconds: 60 }, context)).rejects.toThrow(
    '20160 minutes in periods of 60 s are 20160 datapoints, more than 1440. Ask for a longer period.',
  );
  expect(context.cloud.requests).toEqual([]);
});

test('an unexpected response is an error that names the field', async () => {
  const context = observing(manifest);
  context.cloud.answers('cloudwatch', 'GetMetricData', { MetricDataResults: [{ Values: [1] }] });
  await expect(tool.run(cpu, context)).rejects.toThrow(
    /^cloudwatch:GetMetricData failed: UnexpectedAnswer: AWS answered in an unexpected form: MetricDataResults\.0\.Id/,
  );
});

test('a statistic or period that CloudWatch does not have is refused', () => {
  expect(manifest.input.safeParse({ ...cpu, stats: ['Median'] }).success).toBe(false);
  expect(manifest.input.safeParse({ ...cpu, periodSeconds: 90 }).success).toBe(false);
  expect(manifest.input.safeParse({ ...cpu, stats: ['p99.9'] }).success).toBe(true);
});
