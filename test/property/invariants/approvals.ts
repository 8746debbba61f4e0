import { isKind, type TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { Plan } from '../../../lambdas/contracts/plan.ts';
import { PEOPLE } from '../fakes/people.ts';
import type { CaseRun } from '../flow.ts';
import { eventsIn } from './recorded-changes.ts';

/** How many approvals a plan needs: two for an irreversible change in production. */
const neededFor = (plan: Plan): number =>
  plan.target.environment === 'production' && !plan.inverse.reversible ? 2 : 1;

const MAY_APPROVE = new Set([PEOPLE.sre, PEOPLE.owner]);

/** What people did about one plan, before an index of the recording. */
const clicksOn = ({ entries }: CaseRun, digest: string, before: number) => {
  const asked = eventsIn(entries.slice(0, before), 'approval.asked').filter(
    ({ event }) => event.data.digest === digest,
  );
  const ids = new Set(asked.map(({ event }) => event.data.approvalId));
  return entries.slice(0, before).filter((entry) => entry.is === 'clicked' && ids.has(entry.approvalId));
};

/** Why a change was not approved; undefined if enough people, or policy, had approved it. */
export const missingApproval = (
  run: CaseRun,
  plan: Plan,
  started: { readonly at: number; readonly event: TraceEventOf<'apply.started'> },
): string | undefined => {
  const { digest } = started.event.data;
  const before = run.entries.slice(0, started.at);
  const unattended = eventsIn(before, 'plan.judged').some(
    ({ event }) => event.data.digest === digest && event.data.verdict === 'unattended',
  );
  if (unattended)
    return run.testCase.setting.policies === 'unattended' && plan.target.environment !== 'production'
      ? undefined
      : 'no policy permits it without approval';
  const closed = eventsIn(before, 'approval.closed').find(({ event }) => event.data.digest === digest);
  if (closed?.event.data.outcome !== 'granted') return 'there is no approval on the trace';
  const approvers = new Set(
    clicksOn(run, digest, closed.at).flatMap((click) =>
      click.is === 'clicked' && click.answer === 'approve' && MAY_APPROVE.has(click.approver) ? [click.approver] : [],
    ),
  );
  const invented = closed.event.data.by.filter((person) => !approvers.has(person));
  if (invented.length > 0) return `${invented.join(', ')} never approved it`;
  const by = new Set(closed.event.data.by);
  return by.size >= neededFor(plan) ? undefined : `${by.size} of ${neededFor(plan)} people approved it`;
};

/** Plans that were denied or expired, with the index of the event that says so. */
export const rejectedPlans = ({ entries }: CaseRun): { readonly at: number; readonly digest: string }[] =>
  entries.flatMap((entry, at) =>
    entry.is === 'event' && isKind(entry.event, 'approval.closed') && entry.event.data.outcome !== 'granted'
      ? [{ at, digest: entry.event.data.digest }]
      : [],
  );
