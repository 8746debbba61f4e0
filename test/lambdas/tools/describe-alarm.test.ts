import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { manifest } from '../../../lambdas/tools/describe-alarm/manifest.ts';
import { tool } from '../../../lambdas/tools/describe-alarm/tool.ts';
import { observing } from './context.ts';

const alarm = (more: JsonObject): JsonObject => ({
  AlarmName: 'cpu-high',
  StateValue: 'ALARM',
  StateReason: 'Threshold Crossed: 3 datapoints were greater than the threshold (80.0).',
  StateUpdatedTimestamp: '2026-11-02T02:10:00.000Z',
  ActionsEnabled: true,
  ...more,
});
const rule = { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 5, DatapointsToAlarm: 3 };
const flips = [
  { Timestamp: '2026-11-02T02:10:00.000Z', HistorySummary: 'Alarm updated from OK to ALARM' },
  { Timestamp: '2026-11-02T01:00:00.000Z', HistorySummary: 'Alarm updated from ALARM to OK' },
];

const textOf = async (alarms: JsonObject, history: JsonObject[] = []) => {
  const context = observing(manifest);
  context.cloud.answers('cloudwatch', 'DescribeAlarms', alarms);
  context.cloud.answers('cloudwatch', 'DescribeAlarmHistory', { AlarmHistoryItems: history });
  return tool.run({ alarm: 'cpu-high' }, context);
};

test('a metric alarm is described with its rule, its reason and its last state changes', async () => {
  const single = alarm({
    ...rule,
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }],
    Statistic: 'Average',
    Period: 300,
    Threshold: 80,
    TreatMissingData: 'breaching',
    AlarmDescription: 'Checkout is\nslow above this.',
  });
  expect(await textOf({ MetricAlarms: [single], CompositeAlarms: [] }, flips)).toBe(
    [
      'cpu-high is ALARM since 2026-11-02 02:10:00 UTC',
      'reason: Threshold Crossed: 3 datapoints were greater than the threshold (80.0).',
      'alarms when Average of AWS/EC2 CPUUtilization {InstanceId=i-1} over 300 s > 80 for 3 of 5 periods; missing data counts as breaching',
      'description: Checkout is slow above this.',
      'last state changes:',
      '  2026-11-02 02:10:00 UTC Alarm updated from OK to ALARM',
      '  2026-11-02 01:00:00 UTC Alarm updated from ALARM to OK',
    ].join('\n'),
  );
});

test('metric math is shown query by query', async () => {
  const metric = (name: string) => ({
    Metric: { Namespace: 'AWS/ApplicationELB', MetricName: name, Dimensions: [] },
    Period: 60,
    Stat: 'Sum',
  });
  const math = alarm({
    ...rule,
    Threshold: 5,
    Metrics: [
      { Id: 'e1', Expression: '100 * errors / requests', ReturnData: true },
      { Id: 'errors', MetricStat: metric('HTTPCode_Target_5XX_Count'), ReturnData: false },
      { Id: 'requests', MetricStat: metric('RequestCount'), ReturnData: false },
    ],
  });
  const text = await textOf({ MetricAlarms: [math] });
  expect(text).toContain('alarms when e1 > 5 for 3 of 5 periods');
  expect(text).toContain('  e1 = 100 * errors / requests');
  expect(text).toContain('  errors = Sum of AWS/ApplicationELB HTTPCode_Target_5XX_Count {} over 60 s');
});

test('an anomaly detection alarm is compared with its band', async () => {
  const anomaly = alarm({
    ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold',
    EvaluationPeriods: 2,
    ThresholdMetricId: 'ad1',
    Metrics: [
      { Id: 'm1', MetricStat: { Metric: { Namespace: 'App', MetricName: 'Orders' }, Period: 300, Stat: 'Sum' } },
      { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 2)' },
    ],
  });
  const text = await textOf({ MetricAlarms: [anomaly] });
  expect(text).toContain('alarms when m1 is outside the band ad1 for 2 of 2 periods');
  expect(text).toContain('  ad1 = ANOMALY_DETECTION_BAND(m1, 2)');
});

test('a composite alarm is described by its rule', async () => {
  const composite = alarm({ AlarmRule: 'ALARM("cpu-high-a") AND ALARM("cpu-high-b")', ActionsEnabled: false });
  const text = await textOf({ MetricAlarms: [], CompositeAlarms: [composite] });
  expect(text).toContain('composite alarm: ALARM("cpu-high-a") AND ALARM("cpu-high-b")');
  expect(text).toContain('its actions are disabled');
  expect(text).toContain('no state changes on record');
});

test('an alarm that does not exist is a refusal with the reason', async () => {
  await expect(textOf({ MetricAlarms: [], CompositeAlarms: [] })).rejects.toThrow(
    'There is no alarm "cpu-high" in eu-west-1 of account 123456789012.',
  );
});
