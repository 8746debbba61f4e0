import { CLUSTER_TOOLS } from '../case/cluster-tools.ts';
import type { CaseRun } from '../flow.ts';
import { planOf, eventsIn, type RecordedFact } from '../recording.ts';
import { firstFault, type Invariant } from './invariant.ts';

/** The invariant about targets that somebody changes past Checkrein. */

/** Calls that read what a plan keeps of its target. */
const READS = new Set([
  'DescribeInstances',
  'DescribeInstanceAttribute',
  'DescribeAutoScalingGroups',
  'DescribeLaunchTemplates',
  'GetFlag',
  ...Object.values(CLUSTER_TOOLS).map(({ kind }) => `get ${kind}`),
]);

const isRead = (entry: RecordedFact): boolean => entry.is === 'call' && READS.has(entry.call.command);

/**
 * What happened from the last read of a dry run until Apply was first entered. What moves while Apply runs may come after
 * its drift check, which is a risk that remains.
 */
const whileWaiting = ({ entries }: CaseRun, incidentId: string, plannedAt: number): readonly RecordedFact[] => {
  const from = entries.slice(0, plannedAt).findLastIndex(isRead);
  const until = entries.findIndex(
    (entry, at) => at > plannedAt && entry.is === 'step' && entry.step === 'apply' && entry.incidentId === incidentId,
  );
  return from < 0 || until < 0 ? [] : entries.slice(from, until);
};

/** Digests of the plans whose target's configuration moved while they waited, and that Apply was entered with. */
export const plansMovedAway = (run: CaseRun): string[] =>
  eventsIn(run.entries, 'dry-run.finished').flatMap(({ at, event }) => {
    if (!event.data.made) return [];
    const { digest, plan } = event.data;
    const moved = whileWaiting(run, event.incident, at).some(
      (entry) => entry.is === 'moved' && entry.of === 'configuration' && entry.targets.includes(plan.target.id),
    );
    return moved ? [digest] : [];
  });

export const movedIsNeverApplied: Invariant = {
  name: 'a plan whose target was reconfigured meanwhile is never applied',
  exercisedBy: ['plans whose target moved', 'refused: drift', 'refused: drift (flags)', 'refused: drift (kubernetes)'],
  fault: (run) => {
    const moved = new Set(plansMovedAway(run));
    return firstFault(eventsIn(run.entries, 'apply.started'), ({ event }) =>
      event.data.purpose === 'apply' && moved.has(event.data.digest)
        ? `${event.data.digest} was applied to ${planOf(run, event.data.digest)?.target.id ?? 'a target'} as it no longer was`
        : undefined,
    );
  },
};
