import type { Workload, WorkloadKind } from './workload.ts';

/** How the rollout of a template stands. */
export interface Rollout {
  readonly state: 'complete' | 'in progress' | 'stuck' | 'paused';
  readonly wanted: number;
  readonly updated: number;
  readonly ready: number;
  /** What is waited for, or what stopped it; empty if it is complete. */
  readonly says: string;
}

/** Reads the rollout off the status, as `kubectl rollout status` does. */
export const rolloutOf = (kind: WorkloadKind, { metadata, spec, status }: Workload): Rollout => {
  const isDaemonSet = kind === 'daemonsets';
  const counts = {
    wanted: isDaemonSet ? status.desiredNumberScheduled : (spec.replicas ?? 1),
    updated: isDaemonSet ? status.updatedNumberScheduled : status.updatedReplicas,
    ready: isDaemonSet ? status.numberReady : status.readyReplicas,
  };
  const available = isDaemonSet ? status.numberAvailable : status.availableReplicas;
  const { wanted, updated } = counts;
  const of = (state: Rollout['state'], says: string): Rollout => ({ state, ...counts, says });
  const failed = status.conditions.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  // Until the controller has seen the last change, its conditions are about the one before.
  if (status.observedGeneration < metadata.generation)
    return of('in progress', 'the controller has not yet seen the last change');
  if (failed !== undefined) return of('stuck', `${failed.reason}: ${failed.message}`);
  if (spec.paused) return of('paused', 'changes of the template are not rolled out');
  if (updated < wanted) return of('in progress', `${updated} of ${wanted} pods have the new template`);
  if (kind === 'deployments' && status.replicas > updated)
    return of('in progress', `${formerText(status.replicas - updated)} not gone`);
  if (available < wanted) return of('in progress', `${available} of ${wanted} pods are available`);
  return of('complete', '');
};

const formerText = (count: number): string =>
  count === 1 ? '1 pod of the former template is' : `${count} pods of the former template are`;
