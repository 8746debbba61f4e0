import type { EventKind, TraceEvent } from '../../contracts/events.ts';
import { endingOf } from './ending.ts';
import { plain, quoted, type PlainText } from './outside-text.ts';
import { allOf, lastOf } from './queries.ts';
import { subjectOf } from './subject.ts';

/** What a run leaves on its trace that only looked. Any other event is something to tell of. */
const OF_LOOKING: ReadonlySet<EventKind> = new Set([
  'incident.opened',
  'first-look.skipped',
  'evidence.gathered',
  'budget.checked',
  'model.called',
  'conclusion.reviewed',
  'people.notified',
  'incident.closed',
  'trace.sealed',
]);

/** The longest summary that is one line. */
const LINE = 400;

/**
 * The mail of a scheduled run that found nothing to do, in one line; undefined if there is anything else to tell. The agent says
 * that there was nothing, but that is not enough: nothing was proposed or refused, every read was answered, no text that it
 * read tries to instruct it, and its numbers were found. The report on the trace is whole either way.
 */
export const quietLine = (events: readonly TraceEvent[]): PlainText | undefined => {
  const opening = lastOf(events, 'incident.opened');
  const { outcome, conclusion } = endingOf(events);
  if (opening === undefined || subjectOf(opening).kind !== 'schedule') return undefined;
  if (outcome !== 'diagnosed' || conclusion === null || (opening.data.cleaned ?? []).length > 0) return undefined;
  if (!events.every(({ kind }) => OF_LOOKING.has(kind))) return undefined;
  if (allOf(events, 'evidence.gathered').some(({ data }) => data.outcome !== 'ok' || data.suspicions.length > 0))
    return undefined;
  if ((lastOf(events, 'conclusion.reviewed')?.data.numbersNotFound ?? []).length > 0) return undefined;
  const { rootCause, followUps, summary } = conclusion;
  if (!/^none\b/i.test(rootCause.trim()) || followUps.length > 0 || summary.length > LINE) return undefined;
  return plain`Nothing was proposed, and nothing was changed. In the agent's words, not checked: ${quoted(summary)} Incident ${opening.incident}.`;
};
