import { ToolRefusal } from '../../../contracts/errors.ts';
import type { Facts } from '../../../contracts/facts.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { DryRunReport } from '../../../contracts/plan.ts';
import { percentOf } from '../../aws/capacity.ts';
import { KINDS } from '../input.ts';
import { rolloutOf } from '../rollout.ts';
import { counted } from '../text.ts';
import type { Workload, WorkloadKind } from '../workload.ts';

/** Seconds until the first pods of a workload are ready again that all go at once: a guess, to tell some from none. */
export const RESTART_SECONDS = 60;

/** The facts about how many pods a rollout takes out of service at once. */
export interface Impact extends Facts {
  readonly fleetSize: number;
  readonly fleetAffectedPercent: number;
  readonly inServiceAfter: number;
  readonly downtimeSeconds: number;
}

/** What a rollout of a new template takes out of service at once. Throws where a new template would not be rolled out. */
export const impactOfRollout = (kind: WorkloadKind, workload: Workload): Impact => {
  const { wanted, ready } = rolloutOf(kind, workload);
  const atOnce = unavailableAtOnce(kind, workload, wanted);
  // Pods that are missing already count among those that may be. A StatefulSet stops its next pod all the same.
  const leaving = Math.min(ready, kind === 'statefulsets' ? atOnce : Math.max(0, ready - (wanted - atOnce)));
  return {
    fleetSize: wanted,
    fleetAffectedPercent: percentOf(leaving, ready),
    inServiceAfter: ready - leaving,
    downtimeSeconds: leaving > 0 && leaving === ready ? RESTART_SECONDS : 0,
  };
};

/** How a rollout is felt, for the approver. */
export const disruptionOf = ({
  inServiceAfter,
  fleetAffectedPercent,
  fleetSize,
}: Impact): DryRunReport['disruption'] => {
  if (fleetSize > 0 && fleetAffectedPercent === 0 && inServiceAfter === 0)
    return {
      level: 'none',
      says: `None of ${counted(fleetSize, 'pod')} is in service now, so there is nothing to interrupt.`,
    };
  const pods = `${inServiceAfter} of ${fleetSize} pods stay in service at any time`;
  if (fleetAffectedPercent === 0) return { level: 'none', says: `The pods are replaced one after another; ${pods}.` };
  if (inServiceAfter > 0) return { level: 'brief', says: `The pods are replaced some at a time; ${pods}.` };
  return { level: 'interrupts', says: 'All pods that serve now are stopped before new ones are ready.' };
};

const unavailableAtOnce = (kind: WorkloadKind, { metadata, spec }: Workload, wanted: number): number => {
  if (spec.paused)
    throw new ToolRefusal(
      `The rollout of ${metadata.name} is paused: somebody works on it. A new template would not be rolled out.`,
    );
  const strategy = (kind === 'deployments' ? spec.strategy : spec.updateStrategy) ?? {};
  if (strategy['type'] === 'Recreate') return wanted;
  if (strategy['type'] === 'OnDelete')
    throw new ToolRefusal(
      `The ${KINDS[kind]} ${metadata.name} has the strategy OnDelete: a new template is rolled out only as people delete its pods.`,
    );
  const { maxUnavailable, maxSurge, partition } = rollingUpdateOf(strategy);
  if (typeof partition === 'number' && partition > 0)
    throw new ToolRefusal(
      `${metadata.name} has a partition of ${partition}: a new template would be rolled out to some pods only.`,
    );
  if (kind !== 'deployments') return Math.max(1, shareOf(maxUnavailable ?? 1, wanted, Math.ceil));
  const leaving = shareOf(maxUnavailable ?? '25%', wanted, Math.floor);
  const surge = shareOf(maxSurge ?? '25%', wanted, Math.ceil);
  // As the controller does: with neither, nothing could ever move.
  return leaving === 0 && surge === 0 ? 1 : leaving;
};

/** How many pods more than it should have a rollout of a new template makes, for a while. */
export const surgeOfRollout = (kind: WorkloadKind, workload: Workload): number => {
  const strategy = (kind === 'deployments' ? workload.spec.strategy : workload.spec.updateStrategy) ?? {};
  // A StatefulSet replaces each pod by one of the same name.
  if (kind === 'statefulsets' || strategy['type'] === 'Recreate') return 0;
  const { maxSurge } = rollingUpdateOf(strategy);
  return shareOf(maxSurge ?? (kind === 'deployments' ? '25%' : 0), rolloutOf(kind, workload).wanted, Math.ceil);
};

const rollingUpdateOf = ({ rollingUpdate }: JsonObject): JsonObject =>
  typeof rollingUpdate === 'object' && rollingUpdate !== null && !Array.isArray(rollingUpdate) ? rollingUpdate : {};

/** A number, or a share of the pods. What cannot be read counts as all of them. */
const shareOf = (value: unknown, wanted: number, round: (count: number) => number): number => {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? wanted : round((Number(percent) * wanted) / 100);
};
