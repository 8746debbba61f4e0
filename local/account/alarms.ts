import { datapointAt, periodOf, type Datapoint } from './alarm-values.ts';
import { reasonFor, compositeReason, type AlarmValue, type Reason } from './alarm-reason.ts';
import { alarmRule } from './expressions.ts';
import type { Metrics } from './metrics.ts';
import type { WorldAlarm } from './world/monitoring.ts';
import type { World } from './world/world.ts';

/** The state of an alarm from a moment on, and why. */
export interface AlarmState extends Reason {
  readonly at: number;
  readonly value: AlarmValue;
}

const MINUTE = 60_000;
/** CloudWatch evaluates an alarm once a minute, shortly after the full minute, when the data has arrived. */
const TICK = 12_000;
/** How far back alarms are evaluated before the incident starts. */
const PAST = 6 * 60 * MINUTE;
/** How many more periods CloudWatch searches if data is missing. */
const SPARE_PERIODS = 3;

/** The alarms. Their state follows from the metrics, so they heal when the resource heals. */
export class SimulatedAlarms {
  readonly definitions: readonly WorldAlarm[];
  readonly #metrics: Metrics;
  readonly #histories = new Map<string, AlarmState[]>();
  readonly #seen = new Map<string, Datapoint | undefined>();
  #evaluated: number;

  constructor(world: World, metrics: Metrics) {
    // Composite alarms last: they read the states of the others in the same minute.
    this.definitions = world.alarms.toSorted((a, b) => Number(a.rule !== undefined) - Number(b.rule !== undefined));
    this.#metrics = metrics;
    this.#evaluated = Math.floor((Date.parse(world.now) - PAST) / MINUTE) * MINUTE;
  }

  /** Every state of an alarm, oldest first, from the start of the evaluated past. */
  history(name: string, now: number): readonly AlarmState[] {
    for (; this.#evaluated + TICK <= now; this.#evaluated += MINUTE) {
      for (const alarm of this.definitions) this.#evaluate(alarm, this.#evaluated);
    }
    return this.#histories.get(name) ?? [];
  }

  #evaluate(alarm: WorldAlarm, minute: number): void {
    const history = this.#histories.get(alarm.name) ?? [];
    this.#histories.set(alarm.name, history);
    const at = minute + TICK;
    const was = history.at(-1)?.value;
    const next = alarm.rule === undefined ? this.#compared(alarm, minute, was) : this.#composed(alarm.rule, at);
    if (next !== undefined && next.value !== was) history.push({ at, ...next });
  }

  #compared(alarm: WorldAlarm, minute: number, was: AlarmValue | undefined): Omit<AlarmState, 'at'> | undefined {
    const evaluated = this.#newest(alarm, minute);
    const value = comparedValue(alarm, evaluated, endOf(alarm, minute));
    if (value === undefined || value === was) return undefined;
    return { value, ...reasonFor(alarm, value, was, evaluated, minute + TICK) };
  }

  /** The datapoints that an alarm evaluates, newest first. Where some are missing, older ones take their place. */
  #newest(alarm: WorldAlarm, minute: number): Datapoint[] {
    const period = periodOf(alarm) * 1000;
    const end = endOf(alarm, minute);
    const reach = alarm.evaluationPeriods + SPARE_PERIODS;
    const found = Array.from({ length: reach }, (_, n) => this.#datapoint(alarm, end - (n + 1) * period));
    return found.filter((point) => point !== undefined).slice(0, alarm.evaluationPeriods);
  }

  /** The past does not change, so each period is computed once. */
  #datapoint(alarm: WorldAlarm, at: number): Datapoint | undefined {
    const key = `${alarm.name} ${at}`;
    if (!this.#seen.has(key)) this.#seen.set(key, datapointAt(alarm, this.#metrics, at));
    return this.#seen.get(key);
  }

  #composed(rule: string, at: number): Omit<AlarmState, 'at'> {
    const last = (name: string): AlarmState | undefined => this.#histories.get(name)?.at(-1);
    const value = alarmRule(rule, (name) => last(name)?.value) ? 'ALARM' : 'OK';
    const children = this.definitions
      .filter((alarm) => rule.includes(alarm.name))
      .map((alarm) => ({ name: alarm.name, state: last(alarm.name) }));
    return { value, ...compositeReason(value, children, at) };
  }
}

/** The end of the last full period of an alarm. */
const endOf = (alarm: WorldAlarm, minute: number): number => {
  const period = periodOf(alarm) * 1000;
  return Math.floor(minute / period) * period;
};

/** The state that follows from the datapoints, newest first; undefined if the alarm stays in its state. */
const comparedValue = (alarm: WorldAlarm, points: readonly Datapoint[], end: number): AlarmValue | undefined => {
  const needed = alarm.datapointsToAlarm ?? alarm.evaluationPeriods;
  const filled = alarm.missingData === 'breaching' ? alarm.evaluationPeriods - points.length : 0;
  const breaching = points.filter((point) => point.breaching);
  if (breaching.length + filled >= needed) return 'ALARM';
  if (breaching.length < points.length) return 'OK';
  switch (alarm.missingData) {
    case 'missing':
      return points.length === 0 ? 'INSUFFICIENT_DATA' : isOldEnough(alarm, breaching, end) ? 'ALARM' : 'OK';
    case 'ignore':
      return undefined;
    case 'breaching':
    case 'notBreaching':
      return 'OK';
  }
};

/** CloudWatch: fewer datapoints than needed are enough if all of them breach and the oldest is as old as the needed ones would be. */
const isOldEnough = (alarm: WorldAlarm, breaching: readonly Datapoint[], end: number): boolean => {
  const oldest = breaching.at(-1)?.at ?? end;
  return end - oldest >= (alarm.datapointsToAlarm ?? alarm.evaluationPeriods) * periodOf(alarm) * 1000;
};
