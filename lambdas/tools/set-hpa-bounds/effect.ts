import type { Facts } from '../../contracts/facts.ts';
import type { DryRunReport } from '../../contracts/plan.ts';
import { cutPercent, growPercent, peakUsePercentAfter, percentOf } from '../aws/capacity.ts';
import { counted } from '../kubernetes/text.ts';
import type { Scaled } from './scaled.ts';

/** Bounds of an autoscaler. */
interface Bounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** Bounds before and after. */
interface BoundsChange {
  readonly before: Bounds;
  readonly after: Bounds;
}

/** The number of pods stands at the old minimum, so it can follow a lower one at once. */
const followsMinimum = ({ before, after }: BoundsChange, wanted: number): boolean =>
  after.minReplicas < before.minReplicas && wanted <= before.minReplicas;

/** How few pods there can be right after the change. */
const fewest = (change: BoundsChange, wanted: number): number => {
  const { minReplicas, maxReplicas } = change.after;
  if (followsMinimum(change, wanted)) return minReplicas;
  return Math.min(maxReplicas, Math.max(minReplicas, wanted));
};

/** How many more pods the new bounds ask for: the new maximum may be used up, and a new minimum is at once. */
export const podsAdded = ({ before, after }: BoundsChange, wanted: number): number => {
  const most = after.maxReplicas > before.maxReplicas ? after.maxReplicas : after.minReplicas;
  return Math.max(0, most - wanted);
};

/** What new bounds take away and add. The minimum counts where the number of pods follows it. */
export const effectOf = (change: BoundsChange, { wanted, ready }: Scaled): Facts => {
  const { before, after } = change;
  const most = { before: before.maxReplicas, after: after.maxReplicas };
  const least = { before: before.minReplicas, after: after.minReplicas };
  const cut = followsMinimum(change, wanted) ? cutPercent(most, least) : cutPercent(most);
  const leaving = Math.min(ready, Math.max(0, wanted - fewest(change, wanted)));
  return {
    cutPercent: cut,
    growPercent: growPercent(most, { before: wanted, after: Math.max(wanted, after.minReplicas) }),
    // Nothing here has measured use, and an unknown peak fills what would be left.
    peakUsePercentAfter: peakUsePercentAfter(null, most, cut > 0),
    fleetSize: wanted,
    fleetAffectedPercent: percentOf(leaving, ready),
    inServiceAfter: ready - leaving,
    downtimeSeconds: 0,
  };
};

/** How new bounds are felt, for the approver. */
export const disruptionOf = (change: BoundsChange, { place, wanted }: Scaled): DryRunReport['disruption'] => {
  const { minReplicas, maxReplicas } = change.after;
  const now = `${place.name} has ${counted(wanted, 'pod')} now`;
  const wasFull = wanted >= change.before.maxReplicas && maxReplicas > wanted;
  if (minReplicas > wanted)
    return { level: 'none', says: `${now}: ${counted(minReplicas - wanted, 'pod')} more start at once.` };
  if (maxReplicas < wanted)
    return {
      level: 'brief',
      says: `${now}: ${counted(wanted - maxReplicas, 'pod')} fewer at once, each with its grace period.`,
    };
  if (followsMinimum(change, wanted))
    return {
      level: 'brief',
      says: `${now}, its old minimum: the autoscaler may stop ${counted(wanted - minReplicas, 'pod')} as soon as its metrics allow.`,
    };
  if (wasFull)
    return {
      level: 'none',
      says: `${now}, its old maximum: the autoscaler may start up to ${maxReplicas - wanted} more as soon as its metrics ask for them. Whether nodes have room for them, nobody has asked.`,
    };
  return { level: 'none', says: `${now}, within the new bounds: none starts or stops by this change alone.` };
};
