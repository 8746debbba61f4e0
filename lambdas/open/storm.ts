import { TraceSealed } from '../errors.ts';
import { sha256 } from '../kernel/canonical.ts';
import { Journal, type JournalPorts } from '../kernel/journal.ts';
import { copiesRow, stormRow, StormRow } from '../kernel/storm-rows.ts';
import type { Row } from '../ports.ts';

/** Copies that get a line of their own on the trace. Ten thousand copies are a number, not ten thousand lines. */
const COPIES_ON_TRACE = 20;

const openIn = (row: Row): string | undefined => {
  const storm = StormRow.parse(row.data);
  return storm.open ? storm.incidentId : undefined;
};

/** Notes a copy on the trace of the incident it joins. `sealed`: that incident closed in the meantime. */
const attach = async (
  ports: JournalPorts,
  stormKey: string,
  incidentId: string,
  eventId: string,
): Promise<'attached' | 'sealed'> => {
  const events = await ports.ledger.events(incidentId);
  if (events.some((event) => event.kind === 'trace.sealed')) return 'sealed';
  const once = await ports.ledger.create(
    { ...stormRow(stormKey), part: `copy#${incidentId}#${sha256(eventId)}` },
    { eventId },
  );
  if (!once.created) return 'attached';
  const { totals } = await ports.ledger.add(copiesRow(stormKey, incidentId), { copies: 1 });
  const copy = totals['copies'] ?? 1;
  if (copy > COPIES_ON_TRACE) return 'attached';
  try {
    const journal = await Journal.open(ports, 'attach', { incidentId, seq: events.length });
    await journal.once('incident.attached', () => ({ data: { eventId, copy } }));
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
