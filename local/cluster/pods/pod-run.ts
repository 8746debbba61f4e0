import type { Container } from '../objects/views.ts';

/** One run of a container, from a start to its end. */
export interface Run {
  readonly startedAt: number;
  ended?: { readonly at: number; readonly exitCode: number; readonly reason: 'OOMKilled' | 'Error' | 'Completed' };
}

/** A container with its runs. */
export interface ContainerRun {
  /** The workload of its Pod, as world files name it. */
  readonly workload: string;
  readonly spec: Container;
  readonly isFirst: boolean;
  readonly runs: Run[];
  /** Why it does not run, and when it is tried again; undefined while it runs. */
  waiting: { readonly reason: string; readonly message?: string; readonly until: number } | undefined;
  /** Failures in a row, which double the wait. */
  failures: number;
  ready: boolean;
}

/** What runs of a Pod. */
export interface PodRun {
  readonly workload: string;
  readonly containers: readonly ContainerRun[];
  node: string | undefined;
  readySince: number | undefined;
  /** When a Pod that is deleted is gone. */
  goneAt: number | undefined;
  /** Whether its node is known to be gone. */
  lost: boolean;
}

const CREATING_MS = 3000;

/** The containers of a Pod that was just created, or that has long been running. */
export const podRun = (
  workload: string,
  containers: readonly Container[],
  options: { readonly now: number; readonly node: string | undefined; readonly settledAt?: number | undefined },
): PodRun => {
  const { now, node, settledAt } = options;
  return {
    workload,
    node,
    readySince: settledAt,
    goneAt: undefined,
    lost: false,
    containers: containers.map((spec, n) => ({
      workload,
      spec,
      isFirst: n === 0,
      runs: settledAt === undefined ? [] : [{ startedAt: settledAt }],
      waiting: settledAt === undefined ? { reason: 'ContainerCreating', until: now + CREATING_MS } : undefined,
      failures: 0,
      ready: settledAt !== undefined,
    })),
  };
};

/** Restarts of a container so far. */
export const restartsOf = ({ runs }: ContainerRun): number => Math.max(0, runs.length - 1);

/** Whether every container of a Pod is ready. */
export const isReady = (run: PodRun | undefined): boolean =>
  run !== undefined && run.goneAt === undefined && !run.lost && run.containers.every(({ ready }) => ready);
