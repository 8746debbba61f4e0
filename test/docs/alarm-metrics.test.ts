import { expect, test } from 'vitest';
import { billedUnits } from '../../docs/generators/alarm-metrics.ts';

const alarm = (Properties: object) => billedUnits({ Type: 'AWS::CloudWatch::Alarm', Properties });
const metric = { Id: 'm1', MetricStat: { Period: 60 } };

test('an alarm is billed by the metrics that it reads, an expression costs nothing by itself', () => {
  expect(alarm({ MetricName: 'Errors' })).toBe(1);
  expect(alarm({ Metrics: [{ Id: 'e', Expression: 'SUM([m1, m2])' }, metric, metric] })).toBe(2);
  expect(alarm({ Metrics: [{ Id: 'e', Expression: 'ANOMALY_DETECTION_BAND(m1, 2)' }, metric] })).toBe(3);
});

test('other resources are billed once', () => {
  expect(billedUnits({ Type: 'AWS::KMS::Key', Properties: {} })).toBe(1);
  expect(billedUnits({ Type: 'AWS::CloudWatch::CompositeAlarm', Properties: { AlarmRule: 'ALARM(a)' } })).toBe(1);
});
