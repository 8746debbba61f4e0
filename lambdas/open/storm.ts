import type { TraceEvent } from '../contracts/events.ts';
import { TraceSealed } from '../errors.ts';
import { sha256 } from '../kernel/canonical.ts';
import { Journal, type JournalPorts } from '../kernel/journal.ts';
import { copiesRow, stormRow, StormRow } from '../kernel/storm-rows.ts';
import { allOf, lastOf } from '../kernel/trace.ts';
import type { Row } from '../ports.ts';

/** Copies that get a line of their own on the trace. Ten thousand copies are a number, not ten thousand lines. */
const COPIES_ON_TRACE = 20;

const openIn = (row: Row): string | undefined => {
  const storm = StormRow.parse(row.data);
  return storm.open ? storm.incidentId : undefined;
};

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

/** Notes a copy on the trace of the incident it joins. `sealed`: that incident closed in the meantime. */
const attach = async (
  ports: JournalPorts,
  stormKey: string,
  incidentId: string,
  eventId: string,
): Promise<'attached' | 'sealed'> => {
  const events = await ports.ledger.events(incidentId);
  if (lastOf(events, 'trace.sealed') !== undefined) return 'sealed';
  const copy = sha256(eventId);
  const once = await ports.ledger.create({ ...stormRow(stormKey), part: `copy#${incidentId}#${copy}` }, { eventId });
  if (once.created) await ports.ledger.add(copiesRow(stormKey, incidentId), { copies: 1 });
  // A name of its own, or of two copies at once one would take the other's line for its own.
  const journal = await Journal.open(ports, `attach-${copy.slice(0, 12)}`, { incidentId, seq: 0 });
  try {
    await journal.onceUnless('incident.attached', needsNoLine(eventId), () => ({
      data: { eventId, copy: allOf(journal.events, 'incident.attached').length + 1 },
    }));
    return 'attached';
  } catch (error) {
    if (error instanceof TraceSealed) return 'sealed';
    throw error;
  }
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
