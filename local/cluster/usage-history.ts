import type { UsageAnswer, UsageQuery } from '../../lambdas/contracts/usage.ts';
import { offsetMs } from '../account/world/time.ts';
import { memoryLimit, millicoresLimit } from './pods/usage.ts';
import { objectNamed } from './other-writers.ts';
import type { ClusterState } from './state.ts';
import type { Container, Workload } from './objects/views.ts';
import { nameOf } from './world/check.ts';
import { workloadOf } from './world/templates.ts';

/** As often as a Prometheus looks. */
const SAMPLE_MS = 60_000;

/** A container as it was at a moment. */
interface Was {
  readonly container: Container;
  readonly isFirst: boolean;
  readonly pods: number;
}

/**
 * Usage as a source of metrics has kept it. It is computed from the `usage` of the world, before its `now` with the manifests of the
 * world, after it with the objects as they are: so a change does not rewrite what was.
 */
export const usageHistory = (state: ClusterState, query: UsageQuery): UsageAnswer => {
  const name = `${query.namespace}/${query.kind}/${query.name}`;
  const before = workloadOf(state.world.objects.find((object) => nameOf(object) === name));
  const after = workloadOf(objectNamed(state, name));
  const begins = state.origin + offsetMs(state.world.usageSince);
  const series = query.containers.flatMap((container) => {
    const points = stepsOf(query, Math.min(state.now + SAMPLE_MS, Date.parse(query.to))).flatMap(
      ([from, to]): [number, number][] => {
        const was = wasIn(to < state.origin ? (before ?? after) : (after ?? before), container);
        const values =
          was === undefined
            ? []
            : samples(Math.max(from, begins), to).map((at) => valueOf(state, name, was, query.metric, at));
        return values.length === 0 ? [] : [[to / 1000, Math.max(...values)]];
      },
    );
    return points.length === 0 ? [] : [{ container, points }];
  });
  return { source: 'the simulated cluster', series, warnings: [] };
};

const stepsOf = ({ from, stepSeconds }: UsageQuery, until: number): [number, number][] => {
  const steps: [number, number][] = [];
  for (let to = Date.parse(from) + stepSeconds * 1000; to <= until; to += stepSeconds * 1000)
    steps.push([to - stepSeconds * 1000, to]);
  return steps;
};

/** The moments after `from` up to `to` at which a sample was taken. */
const samples = (from: number, to: number): number[] => {
  const times: number[] = [];
  for (let at = to; at > from; at -= SAMPLE_MS) times.push(at);
  return times;
};

const wasIn = (workload: Workload | undefined, name: string): Was | undefined => {
  const containers = workload?.spec.template.spec.containers ?? [];
  const container = containers.find((one) => one.name === name);
  return container && { container, isFirst: containers[0] === container, pods: workload?.spec.replicas ?? 1 };
};

const valueOf = (
  { usages, world, origin }: ClusterState,
  workload: string,
  { container, isFirst, pods }: Was,
  metric: UsageQuery['metric'],
  at: number,
): number => {
  const settled = origin + offsetMs(world.podsStarted);
  const started = at >= settled ? settled : origin + offsetMs(world.created);
  const needed = usages.needed({ workload, spec: container, isFirst }, at);
  if (metric === 'memory') {
    const limit = memoryLimit(container);
    const room = limit - needed.bytes;
    const hours = Math.max(0, at - started) / 3_600_000;
    // What leaks is killed at its limit, and begins again.
    const leaked = room <= 0 ? 0 : (needed.leakedPerHour * hours) % room;
    return Math.min(limit, needed.bytes + leaked);
  }
  const each = needed.millicores / Math.max(1, pods);
  const limit = millicoresLimit(container);
  if (metric === 'cpu') return Math.min(each, limit);
  return each <= limit ? 0 : (1 - limit / each) * 100;
};
