import type { ClosedIncident } from './history.ts';

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

const lineOf = ({ incidentId, openedAt, closedAt, outcome, changes }: ClosedIncident, nextAt: string): string => {
  const passed = Date.parse(nextAt) - Date.parse(closedAt);
  const came = `The next incident came ${durationOf(passed)} after its close`;
  const held =
    passed >= HELD_HOURS * 60 * MINUTE_MS
      ? `${came}, so this held for ${HELD_HOURS} h.`
      : `${came}: this did not hold.`;
  const rest = changes.length === 0 ? `Nothing was changed. ${came}.` : `${changes.join(' ')} ${held}`;
  return `- ${incidentId}, ${openedAt} to ${closedAt}, ended as ${outcome}. ${rest}`;
};

/**
 * Earlier incidents of the same subject, newest first, and whether it came back after each. `all` are in the order of
 * their close; `openedAt` is when the present incident opened. Pure.
 */
export const historyText = (all: readonly ClosedIncident[], openedAt: string): string => {
  const entries = all.map((one, at) => lineOf(one, all[at + 1]?.openedAt ?? openedAt));
  return [
    `History, not the present state: ${all.length === 1 ? 'the newest earlier incident' : `the newest ${all.length} earlier incidents`} of the same alarm or subject, newest first.`,
    ...entries.toReversed(),
  ].join('\n');
};
