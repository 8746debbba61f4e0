import type { TraceEvent } from '../../contracts/events.ts';
import { NEVER_MINUTES, type Facts } from '../../contracts/facts.ts';
import { type Target, refOf } from '../../contracts/plan.ts';
import type { AccountRegion, Ledger } from '../../contracts/ports.ts';
import { lastChange } from '../limits/cooldown.ts';
import { canonical } from '../trace/canonical.ts';
import { allOf, findPlan, lastOf } from '../trace/queries.ts';

const minutesSince = (iso: string | undefined, now: Date): number =>
  iso === undefined ? NEVER_MINUTES : Math.max(0, Math.floor((now.getTime() - Date.parse(iso)) / 60_000));

/** Whether the incident's newest change failed and left the target as it was. Then there is no effect to wait for. */
const hadNoEffect = (events: readonly TraceEvent[], target: Target, lastChangeAt: string): boolean => {
  const finished = lastOf(events, 'apply.finished');
  if (finished?.data.outcome !== 'failed' || finished.data.purpose !== 'apply' || lastChangeAt > finished.at)
    return false;
  const plan = findPlan(events, finished.data.digest)?.plan;
  if (plan === undefined || refOf(plan.target) !== refOf(target)) return false;
  return canonical(plan.before) === canonical(finished.data.state);
};

/** The facts that ledger, trace and clock give, without a call to AWS. */
export const ledgerFacts = async (
  ledger: Ledger,
  events: readonly TraceEvent[],
  location: AccountRegion | null,
  target: Target,
  now: Date,
): Promise<Facts> => {
  const changed = await lastChange(ledger, refOf(target));
  const lastChangeCounts = changed !== undefined && !hadNoEffect(events, target, changed.lastChangeAt);
  const applied = allOf(events, 'apply.finished').filter(
    ({ data }) => data.purpose === 'apply' && data.outcome !== 'failed',
  );
  return {
    evidenceCount: allOf(events, 'evidence.gathered').filter(({ data }) => data.outcome === 'ok').length,
    minutesSinceLastChange: minutesSince(lastChangeCounts ? changed.lastChangeAt : undefined, now),
    minutesSinceLastCut: minutesSince(changed?.lastCutAt, now),
    changesThisIncident: applied.length,
    // A subject that is nowhere in particular has no account to compare with; the cloud port is of one account and Region.
    sameAccount: location === null || target.account === location.account,
    sameRegion: location === null || target.region === location.region,
    hourUtc: now.getUTCHours(),
    weekday: ((now.getUTCDay() + 6) % 7) + 1,
  };
};
