import type { Facts } from '../../contracts/facts.ts';
import type { DryRunCheck, DryRunReport } from '../../contracts/plan.ts';
import { percentOf } from '../aws/capacity.ts';
import { RESTART_SECONDS } from '../kubernetes/changes/impact.ts';
import { counted } from '../kubernetes/text.ts';
import type { Maker } from './controller.ts';
import { graceOf, isReady, type PodPlace, type RestartedPod } from './pod.ts';

/** The facts about what a restart takes out of service. */
interface Impact extends Facts {
  readonly fleetSize: number;
  readonly fleetAffectedPercent: number;
  readonly inServiceAfter: number;
  readonly downtimeSeconds: number;
}

/** What the restart takes out of service of a workload. A pod that is not ready serves nobody. */
export const impactOf = (pod: RestartedPod, { ref }: Maker, workload: Maker): Impact => {
  const leaving = isReady(pod) ? 1 : 0;
  // A ready pod that its controller has not counted yet.
  const ready = Math.max(workload.ready, leaving);
  // Only a ReplicaSet makes the new pod while the old one stops.
  const stopping = ref.kind === 'ReplicaSet' ? 0 : graceOf(pod);
  return {
    fleetSize: Math.max(1, workload.wanted),
    fleetAffectedPercent: percentOf(leaving, ready),
    inServiceAfter: ready - leaving,
    downtimeSeconds: leaving === 1 && ready === 1 ? stopping + RESTART_SECONDS : 0,
  };
};

/** How a restart is felt, for the approver. */
export const disruptionOf = (
  { name }: PodPlace,
  pod: RestartedPod,
  { inServiceAfter, fleetSize, downtimeSeconds }: Impact,
): DryRunReport['disruption'] => {
  const others = `${inServiceAfter} of ${counted(fleetSize, 'pod')} stay in service`;
  if (!isReady(pod)) return { level: 'none', says: `${name} is not ready, so it serves nobody now; ${others}.` };
  const stops = `${name} stops within its grace period of ${graceOf(pod)} s`;
  return inServiceAfter > 0
    ? { level: 'brief', says: `${stops}; ${others}.` }
    : { level: 'interrupts', says: `${stops}, and no other pod is ready: about ${downtimeSeconds} s without service.` };
};

/** A StatefulSet that is not rolled out in full may make the new pod of another template than the old one. */
export const templateChecks = ({ metadata }: RestartedPod, { newestRevision, says }: Maker): readonly DryRunCheck[] => {
  const own = metadata.labels['controller-revision-hash'];
  if (newestRevision === undefined || own === undefined || own === newestRevision) return [];
  const detail = `${metadata.name} is of the revision ${own}, and the newest of ${says} is ${newestRevision}: the new pod may be of that one, so this may be a rollout of it, not only a restart.`;
  return [{ name: 'template', outcome: 'unknown', detail }];
};
