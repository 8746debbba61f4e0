import * as z from 'zod';
import { AlarmDetail, type Alarm, type BusEvent } from '../../contracts/alarm.ts';
import { canonical } from '../../kernel/trace/canonical.ts';

const ALARM_EVENT = 'CloudWatch Alarm State Change';

/** An event read as an alarm: the alarm, an event of another type, or why the alarm cannot be read. */
export type AlarmReading =
  | {
      readonly kind: 'alarm';
      readonly alarm: Alarm;
      readonly state: AlarmDetail['state']['value'];
      /** Which of its numbers were bounded. */
      readonly cleaned: readonly string[];
    }
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable'; readonly reason: string };

const kindOf = ({ configuration }: AlarmDetail): Alarm['kind'] => {
  const expressions = configuration.metrics.flatMap((one) => (one.expression === undefined ? [] : [one.expression]));
  if (configuration.alarmRule !== undefined) return 'composite';
  if (expressions.some((expression) => expression.includes('ANOMALY_DETECTION_BAND'))) return 'anomaly-detection';
  if (expressions.length > 0) return 'metric-math';
  return configuration.metrics.length > 1 ? 'several-metrics' : 'single';
};

/** A metric of CloudWatch has periods of 1 second to 1 day. */
const LONGEST_PERIOD = 86_400;

const boundedPeriod = (period: number): number => Math.min(LONGEST_PERIOD, Math.max(1, Math.round(period)));

const boundedPeriods = ({ configuration }: AlarmDetail): string[] =>
  configuration.metrics.flatMap(({ metricStat }, index) => {
    if (metricStat === undefined || boundedPeriod(metricStat.period) === Math.round(metricStat.period)) return [];
    const { period } = metricStat;
    return [`the period of metric ${index + 1}: ${period} s was taken as ${boundedPeriod(period)} s`];
  });

/** Reads the alarm out of an EventBridge event, whatever kind of alarm it is. */
export const readAlarm = (event: BusEvent): AlarmReading => {
  if (event.source !== 'aws.cloudwatch' || event['detail-type'] !== ALARM_EVENT) return { kind: 'other' };
  const detail = AlarmDetail.safeParse(event.detail);
  if (!detail.success)
    return { kind: 'unreadable', reason: `The alarm event cannot be read: ${z.prettifyError(detail.error)}` };
  const { alarmName, state, configuration } = detail.data;
  const alarm: Alarm = {
    name: alarmName,
    arn: event.resources[0] ?? `arn:aws:cloudwatch:${event.region}:${event.account}:alarm:${alarmName}`,
    account: event.account,
    region: event.region,
    kind: kindOf(detail.data),
    reason: state.reason,
    description: configuration.description ?? '',
    since: state.timestamp ?? event.time,
    metrics: configuration.metrics.flatMap(({ metricStat }) =>
      metricStat === undefined
        ? []
        : [
            {
              namespace: metricStat.metric.namespace,
              name: metricStat.metric.name,
              dimensions: metricStat.metric.dimensions,
              stat: metricStat.stat,
              periodSeconds: boundedPeriod(metricStat.period),
            },
          ],
    ),
  };
  return { kind: 'alarm', alarm, state: state.value, cleaned: boundedPeriods(detail.data) };
};

/**
 * The deduplication key of an alarm. It contains the resource (dimensions), so alarms of one name on two machines are two
 * incidents. Otherwise nobody would look at the second machine.
 */
export const alarmKey = (alarm: Alarm): string => canonical([alarm.arn, alarm.metrics.map((one) => one.dimensions)]);
