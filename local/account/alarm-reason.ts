import { bandOf, periodOf, type Datapoint } from './alarm-values.ts';
import type { WorldAlarm } from './world/monitoring.ts';

/** Why an alarm is in its state, in AWS's text and JSON. */
export interface Reason {
  readonly reason: string;
  readonly reasonData: string;
}

export type AlarmValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The reason of a metric alarm, from the datapoints it evaluated, newest first. */
export const reasonFor = (
  alarm: WorldAlarm,
  value: AlarmValue,
  was: AlarmValue | undefined,
  evaluated: readonly Datapoint[],
  at: number,
): Reason => {
  const deciding = evaluated.filter((point) => point.breaching === (value === 'ALARM'));
  const shown = deciding.length > 0 ? deciding : evaluated;
  const reasonData = JSON.stringify({
    version: '1.0',
    queryDate: awsTimestamp(at),
    ...(evaluated.length === 0 ? {} : { startDate: awsTimestamp(evaluated.at(-1)?.at ?? at) }),
    ...(alarm.metric === undefined ? {} : { statistic: alarm.metric.stat }),
    period: periodOf(alarm),
    recentDatapoints: evaluated.toReversed().map((point) => rounded(point.value)),
    ...(alarm.threshold === undefined ? {} : { threshold: alarm.threshold }),
    evaluatedDatapoints: evaluated.map((point) => ({ timestamp: awsTimestamp(point.at), value: rounded(point.value) })),
  });
  if (evaluated.length === 0) return { reason: noData(alarm, value), reasonData };
  const points = shown.map((point) => `${rounded(point.value)} (${short(point.at)})`).join(', ');
  const plural = shown.length === 1 ? ['datapoint', 'was'] : ['datapoints', 'were'];
  const head = `${shown.length} out of the last ${alarm.evaluationPeriods} ${plural[0] ?? ''} [${points}] ${plural[1] ?? ''}`;
  const needed =
    value === 'ALARM'
      ? (alarm.datapointsToAlarm ?? alarm.evaluationPeriods)
      : alarm.evaluationPeriods - (alarm.datapointsToAlarm ?? alarm.evaluationPeriods) + 1;
  const from = was ?? (value === 'ALARM' ? 'OK' : 'ALARM');
  const tail = `(minimum ${needed} datapoint${needed === 1 ? '' : 's'} for ${from} -> ${value} transition).`;
  return {
    reason: `Threshold Crossed: ${head} ${value === 'ALARM' ? '' : 'not '}${compared(alarm)} ${tail}`,
    reasonData,
  };
};

/** The reason of a change of state that the world file tells of. It has no datapoints. */
export const givenReason = (alarm: WorldAlarm, value: AlarmValue, at: number): Reason => ({
  reason: `Threshold Crossed: 1 datapoint was ${value === 'ALARM' ? '' : 'not '}${compared(alarm)}.`,
  reasonData: JSON.stringify({ version: '1.0', queryDate: awsTimestamp(at), period: periodOf(alarm) }),
});

/** The reason of a composite alarm: the child alarms that triggered it. */
export const compositeReason = (
  value: AlarmValue,
  children: readonly { name: string; state: { at: number; value: AlarmValue } | undefined }[],
  at: number,
): Reason => {
  const triggering = children.filter((child) => child.state?.value === value);
  const says = triggering
    .map((child) => `${child.name} transitioned to ${value} at ${long(child.state?.at ?? at)}`)
    .join(', ');
  const reasonData = {
    triggeringAlarms: triggering.map((child) => ({
      name: child.name,
      state: { value, timestamp: awsTimestamp(child.state?.at ?? at) },
    })),
  };
  return {
    reason: says === '' ? `Composite alarm evaluated to ${value}` : says,
    reasonData: JSON.stringify(reasonData),
  };
};

/** The time format of alarm events, e.g. 2026-11-20T09:24:12.000+0000. */
export const awsTimestamp = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

const noData = (alarm: WorldAlarm, value: AlarmValue): string =>
  value === 'INSUFFICIENT_DATA'
    ? `Insufficient Data: ${alarm.evaluationPeriods} datapoints were unknown.`
    : `Threshold Crossed: no datapoints were received for ${alarm.evaluationPeriods} periods and ${alarm.evaluationPeriods} missing datapoints were treated as [${alarm.missingData === 'breaching' ? 'Breaching' : 'NonBreaching'}].`;

const WORDS = {
  GreaterThanThreshold: 'greater than the threshold',
  GreaterThanOrEqualToThreshold: 'greater than or equal to the threshold',
  LessThanThreshold: 'less than the threshold',
  LessThanOrEqualToThreshold: 'less than or equal to the threshold',
  GreaterThanUpperThreshold: 'greater than the upper threshold',
  LessThanLowerThreshold: 'less than the lower threshold',
  LessThanLowerOrGreaterThanUpperThreshold: 'less than the lower threshold or greater than the upper threshold',
};

const compared = (alarm: WorldAlarm): string =>
  bandOf(alarm) === undefined
    ? `${WORDS[alarm.comparison]} (${decimal(alarm.threshold ?? 0)})`
    : `${WORDS[alarm.comparison]} of the expected band`;

const rounded = (value: number): number => Number(value.toFixed(4));
const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));
/** 20/11/26 09:21:00 */
const short = (at: number): string => {
  const iso = new Date(at).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
};
/** Friday 20 November, 2026 09:24:12 UTC */
const long = (at: number): string => {
  const iso = new Date(at).toISOString();
  const parts = { weekday: 'long', day: '2-digit', month: 'long', timeZone: 'UTC' } as const;
  const day = new Date(at).toLocaleDateString('en-GB', parts).replace(',', '');
  return `${day}, ${iso.slice(0, 4)} ${iso.slice(11, 19)} UTC`;
};
