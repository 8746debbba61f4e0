import * as z from 'zod';
import { CloudError } from '../../../contracts/errors.ts';
import type { HealthCheck, InProgress } from '../../tool.ts';
import { rolloutOf } from '../rollout.ts';
import type { Workload, WorkloadKind } from '../workload.ts';
import { checkreinManages } from './write-object.ts';

/** How far a workload has come with what was last written to it: part of the state of every change of a workload. */
export const Progress = z.strictObject({
  /** Whether every pod that it should have is of its newest template. */
  rolledOut: z.boolean(),
  /** Since when its controller has given the rollout up; null if it has not. */
  stalledSince: z.string().nullable(),
  /** Whether Checkrein is a manager of its fields: a write that has not been released yet. */
  checkreinManages: z.boolean(),
});
export type Progress = z.output<typeof Progress>;

/** What every change of a workload leads to. */
export const DONE = { rolledOut: true, stalledSince: null, checkreinManages: false } as const satisfies Progress;

/** How often a rollout is looked at, in seconds. Pods take tens of seconds to become ready. */
const POLL_SECONDS = 20;

/** Reads the progress off a workload. Readiness is not in it: containers that crash make it move by itself. */
export const progressOf = (kind: WorkloadKind, workload: Workload): Progress => {
  const { wanted, updated } = rolloutOf(kind, workload);
  const { metadata, status } = workload;
  const formerGone = kind !== 'deployments' || status.replicas <= updated;
  return {
    rolledOut: status.observedGeneration >= metadata.generation && updated >= wanted && formerGone,
    stalledSince: stalledSince(workload),
    checkreinManages: checkreinManages(workload),
  };
};

const stalledSince = ({ status, metadata }: Workload): string | null => {
  if (status.observedGeneration < metadata.generation) return null;
  const failed = status.conditions.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  return failed === undefined ? null : (failed.lastUpdateTime ?? 'an unknown time');
};

/** Whether the controller has given a rollout up that was not given up before the change. */
const hasStalled = (before: Progress, now: Progress): boolean =>
  now.stalledSince !== null && now.stalledSince !== before.stalledSince;

/**
 * What a change still waits for; undefined once every pod is of the newest template and available. Throws if the
 * controller has given up, so that the change is undone at once.
 */
export const rolloutProgress = (kind: WorkloadKind, workload: Workload, before: Progress): InProgress | undefined => {
  const { state, says, ready, wanted } = rolloutOf(kind, workload);
  const { metadata } = workload;
  if (hasStalled(before, progressOf(kind, workload)))
    throw new CloudError('RolloutStuck', `The rollout of ${metadata.name} is stuck (${says}).`);
  if (state === 'complete') return undefined;
  return {
    seconds: POLL_SECONDS,
    says: `The rollout of ${metadata.name} goes on: ${says}; ${ready} of ${wanted} pods are ready.`,
  };
};

/** Whether the rollout stands, and whether any pod is left to serve. */
export const rolloutGuards = (kind: WorkloadKind, workload: Workload, before: Progress): readonly HealthCheck[] => {
  const { ready, wanted, says } = rolloutOf(kind, workload);
  const stalled = hasStalled(before, progressOf(kind, workload));
  const noneReady = wanted > 0 && ready === 0;
  return [
    {
      name: 'rollout',
      outcome: stalled ? 'bad' : 'good',
      detail: stalled ? `The rollout is stuck (${says}).` : 'The rollout is not stuck.',
    },
    { name: 'ready pods', outcome: noneReady ? 'bad' : 'good', detail: `${ready} of ${wanted} pods are ready.` },
  ];
};
