import type { TraceEvent } from '../contracts/events.ts';
import { TraceSealed } from '../errors.ts';
import { sha256 } from '../kernel/canonical.ts';
import { Journal, type JournalPorts } from '../kernel/journal.ts';
import { joinStorm, openIn, stormRow } from '../kernel/storm-rows.ts';
import { allOf, lastOf } from '../kernel/trace.ts';

/** Copies that get a line of their own on the trace. Ten thousand copies are a number, not ten thousand lines. */
const COPIES_ON_TRACE = 20;

/** No line where it has one, where there are enough, or before the incident's own opening, which is being written. */
const needsNoLine =
  (eventId: string) =>
  (events: readonly TraceEvent[]): boolean => {
    const attached = allOf(events, 'incident.attached');
    return (
      lastOf(events, 'incident.opened') === undefined ||
      attached.length >= COPIES_ON_TRACE ||
      attached.some((event) => event.data.eventId === eventId)
    );
  };

/** Writes a copy's line on the trace of the incident that it joined. */
const addLine = async (ports: JournalPorts, incidentId: string, eventId: string): Promise<void> => {
  // A name of its own, or of two copies at once one would take the other's line for its own.
  const journal = await Journal.open(ports, `attach-${sha256(eventId).slice(0, 12)}`, { incidentId, seq: 0 });
  try {
    await journal.onceUnless('incident.attached', needsNoLine(eventId), () => ({
      data: { eventId, copy: allOf(journal.events, 'incident.attached').length + 1 },
    }));
  } catch (error) {
    // Sealed meanwhile: the copy was counted before that, and only its line is missing.
    if (!(error instanceof TraceSealed)) throw error;
  }
};

/**
 * Joins a copy to an incident. `gone`: that one closed in the meantime. Only the first copies read the trace
 * and write to it, since a thousand writers of one trace would do nothing but get in each other's way.
 */
const attach = async (
  ports: JournalPorts,
  stormKey: string,
  incidentId: string,
  eventId: string,
): Promise<'attached' | 'gone'> => {
  const number = await joinStorm(ports.ledger, stormKey, incidentId, eventId);
  if (number === undefined) return 'gone';
  if (number <= COPIES_ON_TRACE) await addLine(ports, incidentId, eventId);
  return 'attached';
};

/**
 * Claims a storm key for an incident, or joins the incident that has it. When that one closes just now,
 * the alarm is back after a close, so the claim is made again and wins.
 */
export const claim = async (
  ports: JournalPorts,
  stormKey: string,
  incidentId: string,
  eventId: string,
): Promise<{ opened: true } | { opened: false; incidentId: string }> => {
  for (;;) {
    const { created, row } = await ports.ledger.create(stormRow(stormKey), { incidentId, open: true });
    const holder = openIn(row);
    if (created || holder === incidentId) return { opened: true };
    if (holder !== undefined && (await attach(ports, stormKey, holder, eventId)) === 'attached')
      return { opened: false, incidentId: holder };
    if (await ports.ledger.replace(stormRow(stormKey), { incidentId, open: true }, row.version))
      return { opened: true };
  }
};
