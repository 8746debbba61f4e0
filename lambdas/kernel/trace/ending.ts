import type { Conclusion, Outcome } from '../../contracts/conclusion.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { allOf, lastOf } from './queries.ts';
import { subjectOf } from './subject.ts';

/** How an incident ended, and why, in one sentence. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly conclusion: Conclusion | null;
}

const wasHealed = (events: readonly TraceEvent[]): boolean => {
  const verified = lastOf(events, 'change.verified');
  const later = allOf(events, 'apply.started').some((event) => verified !== undefined && event.seq > verified.seq);
  return verified?.data.outcome === 'healed' && !later;
};

/** Whether a change healed the subject, in words that fit it: the reason is recorded, and an alarm's has always been this one. */
const concluded = (events: readonly TraceEvent[]): Pick<Ending, 'outcome' | 'reason'> => {
  const opening = lastOf(events, 'incident.opened');
  const watched = opening === undefined || subjectOf(opening).alarm !== null;
  if (wasHealed(events))
    return {
      outcome: 'healed',
      reason: `A change was applied and verified against the ${watched ? 'alarm' : 'target'}.`,
    };
  if (watched) return { outcome: 'diagnosed', reason: 'The agent concluded without a change that healed the alarm.' };
  const did = subjectOf(opening).kind === 'question' ? 'answered the question' : 'concluded';
  const changed = lastOf(events, 'apply.started') !== undefined;
  const reason = `The agent ${did}${changed ? ', and no change was verified to help' : ' and changed nothing'}.`;
  return { outcome: 'diagnosed', reason };
};

/** The ending of an incident, read from its trace. An ending that the trace does not explain counts as failed. */
export const endingOf = (events: readonly TraceEvent[]): Ending => {
  // Only the first event can say so: a later one would have Close tell nobody how the incident ended.
  const [first] = events;
  if (first?.kind === 'incident.refused')
    return { outcome: first.data.outcome, reason: first.data.reason, conclusion: null };
  const failed = lastOf(events, 'harness.failed')?.data;
  if (failed !== undefined)
    return { outcome: 'failed', reason: `The harness failed: ${failed.error}. ${failed.cause}`, conclusion: null };
  const reviewed = lastOf(events, 'conclusion.reviewed')?.data;
  if (reviewed?.accepted === true && reviewed.conclusion !== null)
    return { ...concluded(events), conclusion: reviewed.conclusion };
  const broken = reviewed?.verdicts.find((verdict) => verdict.verifier === 'no_unapproved_mutation' && !verdict.holds);
  if (broken !== undefined)
    return {
      outcome: 'failed',
      reason: `A change on this trace is not backed by a grant. ${broken.reason}`,
      conclusion: null,
    };
  const budget = lastOf(events, 'budget.checked')?.data;
  if (budget?.allowed === false)
    return { outcome: 'escalated', reason: `Budget spent (${budget.which}): ${budget.reason}`, conclusion: null };
  const escalation = lastOf(events, 'escalation.asked')?.data;
  if (escalation !== undefined) return { outcome: 'escalated', reason: escalation.reason, conclusion: null };
  return { outcome: 'failed', reason: 'The incident was closed, and nothing on its trace says why.', conclusion: null };
};
