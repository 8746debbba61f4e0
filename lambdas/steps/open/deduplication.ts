import type { TraceEvent } from '../../contracts/events.ts';
import { TraceSealed } from '../../contracts/errors.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import { Journal, type JournalPorts } from '../../kernel/trace/journal.ts';
import {
  confirmOpening,
  joinIncident,
  openIncidentIn,
  deduplicationRow,
} from '../../kernel/limits/deduplication-rows.ts';
import { allOf, lastOf } from '../../kernel/trace/queries.ts';

/** How many copies get an event on the trace. Ten thousand copies are a number, not ten thousand events. */
const COPIES_ON_TRACE = 20;

/** A copy needs no event if it has one, if there are enough, or before the opening of the incident is on the trace. */
const isRedundant =
  (eventId: string) =>
  (events: readonly TraceEvent[]): boolean => {
    const attached = allOf(events, 'incident.attached');
    return (
      lastOf(events, 'incident.opened') === undefined ||
      attached.length >= COPIES_ON_TRACE ||
      attached.some((event) => event.data.eventId === eventId)
    );
  };

/** Records a copy on the trace of the incident that it joined, as long as there are few. */
const recordCopy = async (
  ports: JournalPorts,
  deduplicationKey: string,
  incidentId: string,
  eventId: string,
  onTrace: boolean,
): Promise<'attached' | 'gone'> => {
  // A step name per copy. Otherwise one of two concurrent copies would take the other's event for its own.
  const journal = await Journal.open(ports, `attach-${sha256(eventId).slice(0, 12)}`, { incidentId, seq: 0 });
  if (lastOf(journal.events, 'trace.sealed') !== undefined) return 'gone';
  if (!onTrace && lastOf(journal.events, 'incident.opened') !== undefined)
    await confirmOpening(ports.ledger, deduplicationKey, incidentId);
  try {
    await journal.onceUnless('incident.attached', isRedundant(eventId), () => ({
      data: { eventId, copy: allOf(journal.events, 'incident.attached').length + 1 },
    }));
    return 'attached';
  } catch (error) {
    if (error instanceof TraceSealed) return 'gone';
    throw error;
  }
};

/**
 * Joins a copy to an incident. `gone`: the incident ended meanwhile. Once the incident is known to be on its trace,
 * only the first copies read it, since a thousand writers of one trace conflict.
 */
const attach = async (
  ports: JournalPorts,
  deduplicationKey: string,
  incidentId: string,
  eventId: string,
): Promise<'attached' | 'gone'> => {
  const joined = await joinIncident(ports.ledger, deduplicationKey, incidentId, eventId);
  if (joined === undefined) return 'gone';
  const { number, onTrace } = joined;
  return onTrace && number > COPIES_ON_TRACE
    ? 'attached'
    : recordCopy(ports, deduplicationKey, incidentId, eventId, onTrace);
};

/**
 * Claims a deduplication key for an incident, or joins the incident that holds it. If that one closes at this moment,
 * the alarm is a new one, and the claim is made again and wins.
 */
export const claim = async (
  ports: JournalPorts,
  deduplicationKey: string,
  incidentId: string,
  eventId: string,
): Promise<{ opened: true } | { opened: false; incidentId: string }> => {
  for (;;) {
    const { created, row } = await ports.ledger.create(deduplicationRow(deduplicationKey), { incidentId, open: true });
    const holder = openIncidentIn(row);
    if (created || holder === incidentId) return { opened: true };
    if (holder !== undefined && (await attach(ports, deduplicationKey, holder, eventId)) === 'attached')
      return { opened: false, incidentId: holder };
    if (await ports.ledger.replace(deduplicationRow(deduplicationKey), { incidentId, open: true }, row.version))
      return { opened: true };
  }
};
