import * as z from 'zod';

/**
 * The registry of every number and attribute that a policy may read. Code computes facts from what
 * AWS answered; the model can influence them only by proposing something else. The
 * Cedar schema is generated from this table, so a policy about an unknown fact fails at synth.
 *
 * Longs only, no fractions: Cedar has no floats. Round against the change (up for harm, down for good).
 */
export const FACTS = {
  // about the change, computed by the tool
  cutPercent: {
    type: 'Long',
    summary:
      'capacity taken away, % of what is there now, over the dimension that shrinks most (number, vCPU, memory, CPU baseline, GPU, network); 0 when nothing shrinks',
  },
  growPercent: {
    type: 'Long',
    summary:
      'capacity added, % of what is there now, over the dimension that grows most (number, vCPU, memory, GPU); 0 when nothing grows',
  },
  peakUsePercentAfter: {
    type: 'Long',
    summary:
      'observed peak use (14 days, or what there is), as % of the capacity after the change; 100 when unknown and something shrinks',
  },
  cpuMillicoresAfter: { type: 'Long', summary: 'CPU of one unit after the change, in thousandths of a core (vCPU)' },
  memoryMiBAfter: { type: 'Long', summary: 'memory of one unit (instance, container) after the change, in MiB' },
  cpuCutPercent: {
    type: 'Long',
    summary: 'CPU taken away from one unit, % of what that unit has now; 0 when its CPU does not shrink',
  },
  memoryCutPercent: {
    type: 'Long',
    summary: 'memory taken away from one unit, % of what that unit has now; 0 when its memory does not shrink',
  },
  qosChanges: {
    type: 'Bool',
    summary: 'whether pods get another QoS class (Guaranteed, Burstable, BestEffort) by the change',
  },
  quotaUsePercentAfter: {
    type: 'Long',
    summary:
      'how full the fullest quota that covers the change would be, in % of its limit; more than 100 when it does not fit, 0 without a quota',
  },
  fleetSize: {
    type: 'Long',
    summary:
      'number of units that the fleet of the target has or should have, in service or not; 1 for a lone instance',
  },
  fleetAffectedPercent: {
    type: 'Long',
    summary: 'share of the units in service of that fleet that the change takes out of service at once, in %',
  },
  inServiceAfter: { type: 'Long', summary: 'units left in service while the change runs' },
  downtimeSeconds: {
    type: 'Long',
    summary: 'expected time without service of the unit itself, in seconds; 0 for none',
  },
  unitsRemoved: {
    type: 'Long',
    summary:
      'number of units (instances, pods) that the fleet of the target has less after the change; 0 when it has no less',
  },
  storageGiBAdded: {
    type: 'Long',
    summary: 'storage that the change adds, in GiB, rounded up; 0 when it adds none',
  },
  instancesAdded: { type: 'Long', summary: 'number of instances that the change adds; 0 when it adds none' },
  processSuspended: {
    type: 'Bool',
    summary: 'whether somebody has suspended the Auto Scaling process (Launch or Terminate) that the change needs',
  },
  gitOpsManaged: {
    type: 'Bool',
    summary: 'whether Argo CD or Flux writes the target from Git, by its labels, annotations or field managers',
  },
  reversible: {
    type: 'Bool',
    summary: 'whether the tool has an inverse for this change, and the change loses nothing for good',
  },
  // about the change, from the dry run (plan phase only)
  costDeltaCentsPerMonth: {
    type: 'Long',
    summary: 'list-price difference in US cents per 730-hour month; positive is dearer',
  },
  costKnown: { type: 'Bool', summary: 'whether a list price was found for both sides' },
  // about the world, computed by the kernel
  evidenceCount: { type: 'Long', summary: 'successful observations on the trace before the proposal' },
  minutesSinceLastChange: {
    type: 'Long',
    summary: 'minutes since Checkrein last changed this target; 1000000 when never',
  },
  minutesSinceLastCut: {
    type: 'Long',
    summary: 'minutes since Checkrein last took capacity from this target; 1000000 when never',
  },
  changesThisIncident: { type: 'Long', summary: 'changes already applied in this incident, rollbacks not counted' },
  sameAccount: { type: 'Bool', summary: 'whether the target is in the account that the alarm came from' },
  sameRegion: { type: 'Bool', summary: 'whether the target is in the Region that the alarm came from' },
  hourUtc: { type: 'Long', summary: 'hour of the day, UTC, 0 to 23' },
  weekday: { type: 'Long', summary: 'day of the week, UTC, 1 = Monday to 7 = Sunday' },
} as const satisfies Record<string, { type: 'Long' | 'Bool'; summary: string }>;

/** Stands for "never" in facts that are minutes: longer than any cooldown. */
export const NEVER_MINUTES = 1_000_000;

/** What people read of a fact. "Never" is a number for policies only. */
export const factText = (name: string, value: number | boolean): string => {
  if (value !== NEVER_MINUTES) return String(value);
  if (name === 'minutesSinceLastChange') return 'no change recorded';
  return name === 'minutesSinceLastCut' ? 'no cut recorded' : String(value);
};

export type FactName = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS).filter((name): name is FactName => name in FACTS);

/** Facts that only a dry run can know; policies must guard them with `context has report`. */
export const REPORT_FACTS = ['costDeltaCentsPerMonth', 'costKnown'] as const satisfies readonly FactName[];

/** Facts that a change tool computes unless it declares that it takes no capacity away. Bounds on cuts need them. */
export const CAPACITY_FACTS = [
  'cutPercent',
  'growPercent',
  'peakUsePercentAfter',
] as const satisfies readonly FactName[];

/** What is left of one unit, and the fact that must come with it: how much of that the change takes away. Floors need both. */
export const UNIT_FACTS = [
  { after: 'cpuMillicoresAfter', cut: 'cpuCutPercent' },
  { after: 'memoryMiBAfter', cut: 'memoryCutPercent' },
] as const satisfies readonly { after: FactName; cut: FactName }[];

/** The facts of a tool that takes no capacity away. */
export const NO_CUT = { cutPercent: 0, growPercent: 0 } as const satisfies Facts;

/** Facts of every change: the tool computes them, or its manifest declares that it takes no capacity away. */
export const ALWAYS_COMPUTED = ['cutPercent', 'growPercent'] as const satisfies readonly (keyof typeof NO_CUT)[];

/** Facts that the kernel adds to every change, whatever the tool. */
export const KERNEL_FACTS = [
  'reversible',
  'evidenceCount',
  'minutesSinceLastChange',
  'minutesSinceLastCut',
  'changesThisIncident',
  'sameAccount',
  'sameRegion',
  'hourUtc',
  'weekday',
] as const satisfies readonly FactName[];

/** Facts by name. Integers only; a tool that cannot compute a declared fact must throw, not guess. */
export const Facts = z.partialRecord(z.enum(FACT_NAMES), z.union([z.int(), z.boolean()]));
export type Facts = z.infer<typeof Facts>;
