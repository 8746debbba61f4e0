import type { Statement } from '../../contracts/checks.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import type { Rules } from '../../contracts/rules.ts';
import { subjectOn } from '../trace/subject.ts';
import type { Refused } from './decision.ts';
import type { PolicyEngine } from './engine.ts';

/** The fewest approvals of a change in an incident that began with a question. */
const FOR_A_QUESTION = 2;

/**
 * The policy set as it holds in one incident. Whoever decides on a change or counts its approvals asks this one, never the
 * policy set itself. It differs for an incident that began with a question, because nobody has checked who asked: no change,
 * unless the settings allow it, both now and when the question was asked; and then two approvals at least, whatever policy says.
 */
export const incidentPolicy = (
  { rules, policy }: { readonly rules: Rules; readonly policy: PolicyEngine },
  events: readonly TraceEvent[],
): PolicyEngine => {
  const { recorded } = subjectOn(events);
  if (recorded.kind !== 'question') return policy;
  const { allowChanges } = rules.settings.questions;
  return allowChanges && recorded.changesAllowed === true
    ? withTwoPeople(policy)
    : withoutChanges(policy, allowChanges);
};

/** The fewest approvals that a change of an incident can need, whatever policy or the trace says. */
export const fewestApprovals = (events: readonly TraceEvent[]): number =>
  subjectOn(events).kind === 'question' ? FOR_A_QUESTION : 1;

const withTwoPeople = (policy: PolicyEngine): PolicyEngine => ({
  ...policy,
  mayApplyUnattended: () => forbidden(TWO_PEOPLE),
  approvalsNeeded: (question) => {
    const release = policy.approvalsNeeded(question);
    if (release.verdict === 'refused') return release;
    const needed = Math.max(release.needed, FOR_A_QUESTION);
    return { ...release, needed, statements: [TWO_PEOPLE, ...release.statements] };
  },
});

const withoutChanges = (policy: PolicyEngine, allowedNow: boolean): PolicyEngine => {
  const refusal = forbidden({ ...NO_CHANGES, reason: allowedNow ? NOT_ALLOWED_THEN : NOT_ALLOWED_NOW });
  return {
    ...policy,
    mayPropose: () => refusal,
    mayApplyUnattended: () => refusal,
    approvalsNeeded: () => refusal,
  };
};

const TWO_PEOPLE: Statement = {
  id: 'question-needs-two',
  effect: 'forbid',
  reason: 'A person asked for this and nobody has checked who it was, so at least two people must approve.',
};

const NO_CHANGES = { id: 'question-changes-nothing', effect: 'forbid' } as const;
const NOT_ALLOWED_NOW =
  'This incident began with a question, and the settings do not allow changes in those (`questions.allowChanges`).';
const NOT_ALLOWED_THEN =
  'This incident began with a question when the settings did not allow changes in those (`questions.allowChanges`). Ask again to get an incident that may change something.';

const forbidden = (statement: Statement): Refused => ({
  verdict: 'refused',
  reason: statement.reason,
  statements: [statement],
  tripsBreaker: null,
});
