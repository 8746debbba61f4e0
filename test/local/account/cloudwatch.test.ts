import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { APP, BUSY_SERVER, ExampleWorld } from './example-world.ts';
import { like } from '../../fixtures/matchers.ts';

const awkward = readFileSync('test/fixtures/worlds/awkward-alarms.yaml', 'utf8');
const minute = { StartTime: '2026-11-20T09:24:00.000Z', EndTime: '2026-11-20T09:26:00.000Z' };
const stat = (MetricName: string) => ({
  Metric: { Namespace: 'Shop', MetricName, Dimensions: [{ Name: 'Service', Value: 'shop' }] },
  Period: 60,
  Stat: 'Sum',
});

test('DescribeAlarms returns an alarm with its metric, state and AWS reason', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  expect(await example.send('cloudwatch:DescribeAlarms', { AlarmNames: ['cpu-high'] })).toMatchObject({
    MetricAlarms: [
      {
        AlarmName: 'cpu-high',
        AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu-high',
        StateValue: 'ALARM',
        StateUpdatedTimestamp: '2026-11-20T09:26:12.000Z',
        StateReason: like(
          /^Threshold Crossed: 3 out of the last 3 datapoints \[.*\] were greater than the threshold \(85\.0\)/,
        ),
        Namespace: 'AWS/EC2',
        MetricName: 'CPUUtilization',
        Statistic: 'Average',
        Period: 60,
        Threshold: 85,
        Dimensions: [{ Name: 'InstanceId', Value: APP }],
      },
    ],
    CompositeAlarms: [],
  });
});

test('composite alarms are only returned on request, as in AWS', async () => {
  const example = new ExampleWorld(awkward);
  const AlarmNames = ['shop-down'];
  expect(await example.send('cloudwatch:DescribeAlarms', { AlarmNames })).toEqual({
    MetricAlarms: [],
    CompositeAlarms: [],
  });
  const asked = await example.send('cloudwatch:DescribeAlarms', { AlarmNames, AlarmTypes: ['CompositeAlarm'] });
  expect(asked).toMatchObject({
    CompositeAlarms: [{ StateValue: 'ALARM', AlarmRule: like(/AND/) }],
  });
});

test('metric math, anomaly detection and composite alarms fire for their own reasons', async () => {
  const example = new ExampleWorld(awkward);
  for (const name of ['shop-several-metrics', 'shop-failure-rate', 'shop-orders-unusual', 'shop-down'])
    expect([name, await example.alarm(name)]).toEqual([name, 'ALARM']);
  const calm = new ExampleWorld(awkward.replaceAll('-210s', '+1h'));
  for (const name of ['shop-several-metrics', 'shop-failure-rate', 'shop-orders-unusual', 'shop-down'])
    expect([name, await calm.alarm(name)]).toEqual([name, 'OK']);
});

test('DescribeAlarmHistory has the change of state that started the incident', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  expect(
    await example.send('cloudwatch:DescribeAlarmHistory', { AlarmName: 'cpu-high', HistoryItemType: 'StateUpdate' }),
  ).toMatchObject({
    AlarmHistoryItems: [{ Timestamp: '2026-11-20T09:26:12.000Z', HistorySummary: 'Alarm updated from OK to ALARM' }],
  });
});

test('missing data is treated as the alarm says', async () => {
  const gap = (missingData: string) => `about: a silent metric
now: 2026-11-20T09:26:20Z
alarms:
  - { name: cpu-high, metric: { namespace: Shop, name: Nothing }, threshold: 1, missingData: ${missingData} }`;
  expect(await new ExampleWorld(gap('missing')).alarm()).toBe('INSUFFICIENT_DATA');
  expect(await new ExampleWorld(gap('breaching')).alarm()).toBe('ALARM');
  expect(await new ExampleWorld(gap('notBreaching')).alarm()).toBe('OK');
});

test('GetMetricData answers newest first', async () => {
  const example = new ExampleWorld(awkward);
  const MetricDataQueries = [
    { Id: 'failed', MetricStat: stat('FailedOrders') },
    { Id: 'orders', MetricStat: stat('Orders') },
  ];
  const Timestamps = ['2026-11-20T09:25:00.000Z', '2026-11-20T09:24:00.000Z'];
  expect(await example.send('cloudwatch:GetMetricData', { MetricDataQueries, ...minute })).toEqual({
    MetricDataResults: [
      { Id: 'failed', Label: 'FailedOrders', Timestamps, Values: [24, 24], StatusCode: 'Complete' },
      { Id: 'orders', Label: 'Orders', Timestamps, Values: [30, 30], StatusCode: 'Complete' },
    ],
    Messages: [],
  });
});

test('a metric without data has no values, and a statistic that does not exist is an error', async () => {
  const example = new ExampleWorld(awkward);
  const unknown = await example.send('cloudwatch:GetMetricData', {
    MetricDataQueries: [{ Id: 'm1', MetricStat: stat('Refunds') }],
    ...minute,
  });
  expect(unknown).toMatchObject({ MetricDataResults: [{ Values: [], Timestamps: [] }] });
  const broken = { MetricDataQueries: [{ Id: 'm1', MetricStat: { ...stat('Orders'), Stat: 'Mode' } }], ...minute };
  expect((await example.refusal('cloudwatch:GetMetricData', broken)).code).toBe('ValidationError');
});

test('metrics of the future are not visible', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  expect(await example.cpu(5)).toHaveLength(5);
  const MetricStat = {
    Metric: { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions: [{ Name: 'InstanceId', Value: APP }] },
    Period: 60,
    Stat: 'Maximum',
  };
  const ahead = {
    MetricDataQueries: [{ Id: 'm1', MetricStat }],
    StartTime: '2026-11-20T09:30:00Z',
    EndTime: '2026-11-20T10:00:00Z',
  };
  expect(await example.send('cloudwatch:GetMetricData', ahead)).toMatchObject({ MetricDataResults: [{ Values: [] }] });
});
