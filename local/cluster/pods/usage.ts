import { millicoresOf, wholeOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import { offsetMs, valueAt } from '../../account/world/time.ts';
import type { Container } from '../objects/views.ts';
import type { ClusterWorld, Image, LogLine, Usage } from '../world/cluster.ts';
import type { ContainerRun } from './pod-run.ts';

const MIB = 1_048_576;
const HOUR = 3_600_000;
/** What a container without a line in `usage:` uses. */
const IDLE = { memoryMiB: 16, leakMiBPerHour: 0, cpuCores: 0.001, warmUpSeconds: 60 };
const BEGINS_AT = 0.3;

/** Which container of which workload. */
type Of = Pick<ContainerRun, 'workload' | 'spec' | 'isFirst'>;

/** What a world says about the containers of workloads: what they use, how their images behave, what they log. */
export class Usages {
  readonly #world: ClusterWorld;
  readonly #origin: number;

  constructor(world: ClusterWorld, origin: number) {
    this.#world = world;
    this.#origin = origin;
  }

  image(name: string): Image {
    return this.#world.images[name] ?? { readyAfterSeconds: 5 };
  }

  lines(workload: string, container: string, isFirst: boolean): readonly LogLine[] {
    return this.#world.logs.flatMap((log) =>
      log.of === workload && (log.container === undefined ? isFirst : log.container === container) ? log.lines : [],
    );
  }

  /** Bytes that a container needs at a moment, also more than its limit. */
  memoryNeeded(container: ContainerRun, at: number): number {
    const { memoryMiB, leakMiBPerHour, warmUpSeconds } = this.#of(container);
    const since = Math.max(0, at - (container.runs.at(-1)?.startedAt ?? at));
    const warm = warmUpSeconds === 0 ? 1 : Math.min(1, since / (warmUpSeconds * 1000));
    const leaked = (leakMiBPerHour * since) / HOUR;
    const share = BEGINS_AT + (1 - BEGINS_AT) * warm;
    return Math.round((valueAt(memoryMiB, at - this.#origin) * share + leaked) * MIB);
  }

  memoryUsed(container: ContainerRun, at: number): number {
    return Math.min(this.memoryNeeded(container, at), memoryLimit(container.spec));
  }

  /** Thousandths of a core that one of so many running containers uses. */
  millicoresUsed(container: ContainerRun, at: number, running: number): number {
    const needed = (valueAt(this.#of(container).cpuCores, at - this.#origin) * 1000) / Math.max(1, running);
    return Math.min(needed, millicoresLimit(container.spec));
  }

  /** What a container that has warmed up needs at a moment: memory of one Pod, and CPU of all Pods together. */
  needed(
    container: Of,
    at: number,
  ): { readonly bytes: number; readonly leakedPerHour: number; readonly millicores: number } {
    const { memoryMiB, leakMiBPerHour, cpuCores } = this.#of(container);
    return {
      bytes: Math.round(valueAt(memoryMiB, at - this.#origin) * MIB),
      leakedPerHour: leakMiBPerHour * MIB,
      millicores: valueAt(cpuCores, at - this.#origin) * 1000,
    };
  }

  /** When a line that is given by time is written, from a start up to an end. */
  timesOf({ at, every, until }: LogLine, from: number, to: number): number[] {
    if (at === undefined) return [];
    const first = this.#origin + offsetMs(at);
    const last = Math.min(to, every === undefined ? first : this.#origin + offsetMs(until));
    const step = every === undefined ? Number.POSITIVE_INFINITY : offsetMs(`+${every}`);
    const times: number[] = [];
    for (let time = first; time <= last; time += step) if (time >= from) times.push(time);
    return times;
  }

  #of({ workload, spec, isFirst }: Of): Omit<Usage, 'of' | 'container'> {
    return (
      this.#world.usage.find(
        ({ of, container }) => of === workload && (container === undefined ? isFirst : container === spec.name),
      ) ?? IDLE
    );
  }
}

/** Bytes above which a container is killed. */
export const memoryLimit = ({ resources }: Container): number => {
  const limit = resources.limits['memory'];
  return limit === undefined ? Number.POSITIVE_INFINITY : wholeOf(limit);
};

/** Thousandths of a core above which a container is held back. */
export const millicoresLimit = ({ resources }: Container): number => {
  const limit = resources.limits['cpu'];
  return limit === undefined ? Number.POSITIVE_INFINITY : millicoresOf(limit);
};
