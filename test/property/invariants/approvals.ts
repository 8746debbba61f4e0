import { isKind, type TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { Plan } from '../../../lambdas/contracts/plan.ts';
import { PEOPLE } from '../people.ts';
import type { PlayedCase } from '../play.ts';
import { mutationEventsIn } from './mutations.ts';

/** How many people a plan needs, computed anew: two where production could not be undone. */
const neededFor = (plan: Plan): number =>
  plan.target.environment === 'production' && !plan.inverse.reversible ? 2 : 1;

const MAY_APPROVE = new Set([PEOPLE.sre, PEOPLE.owner]);

/** What people really did about one plan, before a place in the chronicle. */
const clicksOn = ({ entries }: PlayedCase, digest: string, before: number) => {
  const asked = mutationEventsIn(entries.slice(0, before), 'approval.asked').filter(
    ({ event }) => event.data.digest === digest,
  );
  const ids = new Set(asked.map(({ event }) => event.data.approvalId));
  return entries.slice(0, before).filter((entry) => entry.is === 'clicked' && ids.has(entry.approvalId));
};

/** Why nobody had said yes to a plan when it was changed; nothing if enough people, or policy, had. */
export const missingYes = (
  played: PlayedCase,
  plan: Plan,
  started: { readonly at: number; readonly event: TraceEventOf<'apply.started'> },
): string | undefined => {
  const { digest } = started.event.data;
  const before = played.entries.slice(0, started.at);
  const unattended = mutationEventsIn(before, 'plan.judged').some(
    ({ event }) => event.data.digest === digest && event.data.verdict === 'unattended',
  );
  if (unattended)
    return played.hostile.setting.policies === 'unattended' && plan.target.environment !== 'production'
      ? undefined
      : 'policy let it through that was never told to';
  const closed = mutationEventsIn(before, 'approval.closed').find(({ event }) => event.data.digest === digest);
  if (closed?.event.data.outcome !== 'granted') return 'no approval stands on the trace';
  const yes = new Set(
    clicksOn(played, digest, closed.at).flatMap((click) =>
      click.is === 'clicked' && click.answer === 'approve' && MAY_APPROVE.has(click.approver) ? [click.approver] : [],
    ),
  );
  const invented = closed.event.data.by.filter((person) => !yes.has(person));
  if (invented.length > 0) return `${invented.join(', ')} never approved it`;
  const by = new Set(closed.event.data.by);
  return by.size >= neededFor(plan) ? undefined : `${by.size} of ${neededFor(plan)} people approved it`;
};

/** Plans that were denied or left unanswered, with the place where that was settled. */
export const rejectedPlans = ({ entries }: PlayedCase): { readonly at: number; readonly digest: string }[] =>
  entries.flatMap((entry, at) =>
    entry.is === 'event' && isKind(entry.event, 'approval.closed') && entry.event.data.outcome !== 'granted'
      ? [{ at, digest: entry.event.data.digest }]
      : [],
  );
