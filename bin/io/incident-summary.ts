import type { Outcome } from '../../lambdas/contracts/conclusion.ts';
import type { TraceEvent, TraceEventOf } from '../../lambdas/contracts/events.ts';
import { doctorRunOn, lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { subjectOf, type Subject } from '../../lambdas/kernel/trace/subject.ts';

/** One incident in a list. */
export interface IncidentSummary {
  readonly incident: string;
  /** When it opened: ISO 8601, UTC. */
  readonly since: string;
  readonly open: boolean;
  /** Null if it is open, and if the trace does not say. */
  readonly outcome: Outcome | null;
  readonly closed: string | null;
  /** Null if no agent took the event. */
  readonly agent: string | null;
  /** The title of its subject: the name of an alarm, for example. */
  readonly about: string | null;
  /** What it is about; null if no agent took the event. `title` is outside text, `link` leads to an AWS console or is null. */
  readonly subject: Pick<Subject, 'kind' | 'title' | 'location' | 'since' | 'link'> | null;
  /** What a person should look at: a trace that cannot be read, or an incident that nothing has closed. */
  readonly problem?: string;
}

/** An incident from its first and its last events; those in between do not matter. */
export const incidentSummary = (
  incident: string,
  started: string,
  events: readonly TraceEvent[],
  problem?: string,
): IncidentSummary => {
  const opened = lastOf(events, 'incident.opened');
  const closed = lastOf(events, 'incident.closed');
  const subject = opened === undefined ? null : shortSubject(opened);
  return {
    incident,
    since: events.find(({ seq }) => seq === 0)?.at ?? started,
    open: closed === undefined && problem === undefined,
    outcome: closed?.data.outcome ?? null,
    closed: closed?.at ?? null,
    agent: opened?.data.agent ?? null,
    about: subject?.title ?? aboutRefused(events),
    subject,
    ...(problem === undefined ? {} : { problem }),
  };
};

const shortSubject = (opening: TraceEventOf<'incident.opened'>): NonNullable<IncidentSummary['subject']> => {
  const { kind, title, location, since, link } = subjectOf(opening);
  return { kind, title, location, since, link };
};

const aboutRefused = (events: readonly TraceEvent[]): string | null =>
  doctorRunOn(events) === undefined ? null : 'checkrein doctor';
