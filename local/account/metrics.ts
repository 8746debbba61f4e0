import type { Fleet } from './fleet.ts';
import type { Groups } from './groups.ts';
import type { Metric, MetricStat } from './world/metric.ts';
import { knownValueAt } from './world/time.ts';
import type { World } from './world/world.ts';

/** A metric's full name. */
interface MetricKey {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Metrics of what is not in AWS itself; undefined for any other. */
export type MoreMetrics = (key: MetricKey, at: number) => number | undefined;

const MINUTE = 60_000;
/** CPU of an overloaded instance: the last percents go to context switches and steal. */
const SATURATED = 97.4;

/** CloudWatch's metrics, computed from the instances and the world at any moment. */
export class Metrics {
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #groups: Groups;
  readonly #more: MoreMetrics;
  readonly #origin: number;

  constructor(world: World, fleet: Fleet, groups: Groups, more: MoreMetrics = () => undefined) {
    this.#world = world;
    this.#fleet = fleet;
    this.#groups = groups;
    this.#more = more;
    this.#origin = Date.parse(world.now);
  }

  /** The value of one period, which may still be running; undefined without data. */
  datapoint(stat: MetricStat, start: number, until: number): number | undefined {
    const samples: number[] = [];
    for (let time = start; time < start + stat.periodSeconds * 1000 && time <= until; time += MINUTE) {
      const value = this.#sample(stat, time);
      if (value !== undefined) samples.push(value);
    }
    return samples.length === 0 ? undefined : summarize(samples, stat.stat);
  }

  #sample(key: MetricStat, time: number): number | undefined {
    const subject = key.dimensions['InstanceId'] ?? key.dimensions['AutoScalingGroupName'];
    const given = this.#world.metrics.find((metric) => same(metric, key));
    if (given !== undefined) return this.#statistic(given, key.stat, subject, time);
    if (subject === undefined) return this.#more(key, time);
    if (Object.keys(key.dimensions).length !== 1) return undefined;
    switch (`${key.namespace} ${key.name}`) {
      case 'AWS/EC2 CPUUtilization':
        return this.#percent(subject, 'vcpus', time);
      case 'CWAgent mem_used_percent':
        return this.#percent(subject, 'memoryGiB', time);
      case 'AWS/EC2 StatusCheckFailed':
        return this.#statusCheckFailed(subject, time);
      case 'AWS/AutoScaling GroupInServiceInstances':
        return this.#inService(subject, time);
      case 'AWS/AutoScaling GroupDesiredCapacity':
        return this.#fleet.membersAt(subject, time).length;
      default:
        return undefined;
    }
  }

  /** A percentile that the world gives has values of its own. Without data there is none. */
  #statistic(metric: Metric, stat: string, subject: string | undefined, time: number): number | undefined {
    const value = this.#given(metric, subject, time);
    const percentile = metric.percentiles?.[stat];
    return value === undefined || percentile === undefined ? value : knownValueAt(percentile, time - this.#origin);
  }

  #given(metric: Metric, subject: string | undefined, time: number): number | undefined {
    if (subject !== undefined && this.#isMachine(subject) && this.#fleet.loadAt(subject, 'vcpus', time) === undefined)
      return undefined;
    if (metric.fixed !== undefined) return metric.fixed;
    if (metric.values !== undefined) return knownValueAt(metric.values, time - this.#origin);
    if (metric.responseTime === undefined) return undefined;
    const load = this.#fleet.loadAt(metric.responseTime.of, 'vcpus', time);
    if (load === undefined) return undefined;
    // A queue before a server: waiting time grows without bound with utilization; clients time out before that.
    return metric.responseTime.idle / (1 - Math.min(load.demand / load.capacity, 0.98));
  }

  #isMachine(subject: string): boolean {
    return this.#fleet.instances.has(subject) || this.#groups.groups.has(subject);
  }

  #percent(of: string, resource: 'vcpus' | 'memoryGiB', time: number): number | undefined {
    const load = this.#fleet.loadAt(of, resource, time);
    if (load === undefined) return undefined;
    const used = (load.demand / load.capacity) * 100;
    return Number((Math.min(used, SATURATED) * (1 + ripple(of, time) / 100)).toFixed(2));
  }

  #statusCheckFailed(id: string, time: number): number | undefined {
    const instance = this.#fleet.instances.get(id);
    if (instance === undefined || this.#fleet.at(instance, time)?.state !== 'running') return undefined;
    const checks = this.#fleet.checksAt(instance, time);
    return checks.system === 'impaired' || checks.instance === 'impaired' ? 1 : 0;
  }

  #inService(group: string, time: number): number {
    return this.#fleet.membersAt(group, time).filter((instance) => this.#fleet.at(instance, time)?.state === 'running')
      .length;
  }
}

const same = (a: MetricKey, b: MetricKey): boolean =>
  a.namespace === b.namespace &&
  a.name === b.name &&
  Object.keys(a.dimensions).length === Object.keys(b.dimensions).length &&
  Object.entries(a.dimensions).every(([name, value]) => b.dimensions[name] === value);

/** Noise between -1 and 1, the same for the same minute, because real load is never a flat line. */
const ripple = (of: string, time: number): number => {
  let hash = Math.floor(time / MINUTE) | 0;
  for (const letter of of) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return ((hash >>> 8) % 2001) / 1000 - 1;
};

const summarize = (samples: readonly number[], stat: string): number => {
  const sum = samples.reduce((total, sample) => total + sample, 0);
  if (stat === 'Sum') return sum;
  if (stat === 'SampleCount') return samples.length;
  if (stat === 'Average') return mean(samples);
  const sorted = samples.toSorted((a, b) => a - b);
  const trimmed = /^tm(.+)$/.exec(stat)?.[1];
  if (trimmed !== undefined) return mean(sorted.slice(0, placeOf(Number(trimmed) / 100, sorted.length) + 1));
  const share = stat === 'Minimum' ? 0 : stat === 'Maximum' ? 1 : Number(stat.slice(1)) / 100;
  return sorted[placeOf(share, sorted.length)] ?? 0;
};

/** The place of a percentile among so many sorted samples. */
const placeOf = (share: number, count: number): number => Math.max(0, Math.ceil(share * count) - 1);
const mean = (samples: readonly number[]): number =>
  samples.reduce((total, sample) => total + sample, 0) / samples.length;
