import type { UsageQuery } from '../../../contracts/usage.ts';

/**
 * The query for the highest usage of any pod of a workload in each step. Every name in it was checked by `UsageQuery`, and every
 * label by the settings.
 *
 * Peaks are taken by the server from each sample of a step (`max_over_time`), so no step is too long for them. CPU is a rate
 * over five minutes: the shortest that also works where samples are a minute apart.
 */
export const promqlOf = (query: UsageQuery, labels: Readonly<Record<string, string>>): string => {
  const of = (metric: string): string => `${metric}{${selectorOf(query, labels)}}`;
  const step = `${query.stepSeconds}s`;
  switch (query.metric) {
    case 'memory':
      return `max by (container) (max_over_time(${of('container_memory_working_set_bytes')}[${step}]))`;
    case 'cpu':
      return `1000 * max by (container) (max_over_time(rate(${of('container_cpu_usage_seconds_total')}[5m])[${step}:5m]))`;
    case 'throttling':
      return (
        `100 * max by (container) (max by (pod, container) (increase(${of('container_cpu_cfs_throttled_periods_total')}[${step}]))` +
        ` / max by (pod, container) (increase(${of('container_cpu_cfs_periods_total')}[${step}])))`
      );
  }
};

const selectorOf = (query: UsageQuery, labels: Readonly<Record<string, string>>): string =>
  [
    ...Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    `namespace="${query.namespace}"`,
    `pod=~"${podPattern(query)}"`,
    `container=~"${query.containers.join('|')}"`,
  ].join(',');

/** What Kubernetes makes the random ends of names of: no vowels, and nothing that looks like another letter. */
const RANDOM = 'bcdfghjklmnpqrstvwxz2456789';
/** Kubernetes cuts a generated name here before it adds five letters. */
const LONGEST_BASE = 58;
/** A dash, ten letters of the template's hash, and a dash. */
const HASH_LENGTH = 12;

/**
 * The pods of a workload by their names: cAdvisor has these also of pods that are gone, and without kube-state-metrics. Where names
 * are too long to be kept whole, other workloads may fit as well: then the peak is too high rather than too low.
 */
const podPattern = ({ kind, name }: UsageQuery): string => {
  const literal = name.replaceAll('.', '[.]');
  if (kind === 'statefulsets') return `${literal}-[0-9]+`;
  const isWhole = name.length <= LONGEST_BASE - (kind === 'deployments' ? HASH_LENGTH : 1);
  if (!isWhole) return `${name.slice(0, LONGEST_BASE).replaceAll('.', '[.]')}[-${RANDOM}]{5,17}`;
  return kind === 'deployments' ? `${literal}-[${RANDOM}]{1,10}-[${RANDOM}]{5}` : `${literal}-[${RANDOM}]{5}`;
};
