import type { EarlierIncident } from './history.ts';

/** What earlier incidents are worth, as the model reads it: sentences of our code, marked as history. */

const MINUTE_MS = 60_000;
/** A fix that the same alarm leaves alone for so long has held. */
const HELD_HOURS = 24;

/** A time that has passed, in the largest unit that says enough. */
const durationOf = (milliseconds: number): string => {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE_MS));
  return minutes < 120
    ? `${minutes} min`
    : minutes < 2880
      ? `${Math.round(minutes / 60)} h`
      : `${Math.round(minutes / 1440)} days`;
};

/** One incident. `nextAt`: when the next one of the same subject opened. */
const lineOf = (
  { incidentId, openedAt, closedAt, outcome, changes, same }: EarlierIncident,
  nextAt: string,
  now: string,
): string => {
  const start = `- ${incidentId}, ${openedAt} to ${closedAt}, ended as ${outcome}.`;
  // Another alarm on the same target does not say whether this change held.
  if (same === 'target')
    return `${start} It was about something else and changed the same target, ${since(closedAt, now)} before this incident: ${changes.join(' ')}`;
  const passed = Date.parse(nextAt) - Date.parse(closedAt);
  const came = `The next incident came ${durationOf(passed)} after its close`;
  const held =
    passed >= HELD_HOURS * 60 * MINUTE_MS
      ? `${came}, so this held for ${HELD_HOURS} h.`
      : `${came}: this did not hold.`;
  return `${start} ${changes.length === 0 ? `Nothing was changed. ${came}.` : `${changes.join(' ')} ${held}`}`;
};

const since = (closedAt: string, now: string): string => durationOf(Date.parse(now) - Date.parse(closedAt));

/**
 * Earlier incidents of the same subject, newest first, and whether it came back after each; among them those of other subjects
 * that changed what the present one is about. `all` are in the order of their close; `openedAt` is when the present
 * incident opened. Pure.
 */
export const historyText = (all: readonly EarlierIncident[], openedAt: string): string => {
  const nextOf = (at: number): string => all.slice(at + 1).find(({ same }) => same === 'subject')?.openedAt ?? openedAt;
  const entries = all.map((one, at) => lineOf(one, nextOf(at), openedAt));
  const of = all.some(({ same }) => same === 'target')
    ? 'the same alarm, subject or target'
    : 'the same alarm or subject';
  const which = all.length === 1 ? 'the newest earlier incident' : `the newest ${all.length} earlier incidents`;
  const newest = all.at(-1);
  const ended =
    newest === undefined
      ? ''
      : ` ${all.length === 1 ? 'It' : 'The first of them'} ended as ${newest.outcome}, ${since(newest.closedAt, openedAt)} before this one.`;
  return [`History, not the present state: ${which} of ${of}, newest first.${ended}`, ...entries.toReversed()].join(
    '\n',
  );
};
