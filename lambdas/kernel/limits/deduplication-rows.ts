import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger, Row } from '../../contracts/ports.ts';
import { canonical, sha256 } from '../trace/canonical.ts';

/**
 * Which incident a deduplication key belongs to, and whether that incident is still open. `onTrace`: its opening is
 * known to be on its trace, so its close will find the key and free it. Before that it may still be refused.
 */
const DeduplicationRow = z.object({ incidentId: z.string(), open: z.boolean(), onTrace: z.boolean().default(false) });
type DeduplicationRow = z.infer<typeof DeduplicationRow>;

/** The row of the open incident of a deduplication key. */
export const deduplicationRow = (key: string): RowKey => ({ family: FAMILY.storm, id: sha256(key) });

/** The partition of the copies that joined an incident. Each has a row. */
const copiesId = (key: string, incidentId: string): string => `${sha256(key)}#${incidentId}`;

const readRow = (row: Row | undefined): DeduplicationRow | undefined => DeduplicationRow.optional().parse(row?.data);

/** The open incident that this row names, if it names one. */
export const openIncidentIn = (row: Row | undefined): string | undefined => {
  const open = readRow(row);
  return open?.open === true ? open.incidentId : undefined;
};

/** Changes the row of a deduplication key, as long as it belongs to that incident. */
const update = async (
  ledger: Ledger,
  key: string,
  incidentId: string,
  change: Partial<DeduplicationRow>,
): Promise<void> => {
  for (;;) {
    const row = await ledger.fetch(deduplicationRow(key));
    if (row === undefined || openIncidentIn(row) !== incidentId) return;
    const data = { ...row.data, ...change };
    if (canonical(data) === canonical(row.data)) return;
    if (await ledger.replace(deduplicationRow(key), data, row.version)) return;
  }
};

/** A copy that joined an incident. */
interface Joined {
  /** Its number among the copies; 0 if an earlier attempt had got one. */
  readonly number: number;
  readonly onTrace: boolean;
}

/**
 * Joins a copy to an incident. Undefined if the incident has freed the deduplication key meanwhile.
 *
 * The order makes the count exact: the copy's row is written before the read whether the incident is still open, and a
 * closing incident frees its key before it counts rows.
 */
export const joinIncident = async (
  ledger: Ledger,
  key: string,
  incidentId: string,
  eventId: string,
): Promise<Joined | undefined> => {
  const part = sha256(eventId);
  const copy: RowKey = { family: FAMILY.storm, id: copiesId(key, incidentId), part };
  const { created } = await ledger.create(copy, { eventId });
  const row = readRow(await ledger.fetch(deduplicationRow(key)));
  if (row?.open !== true || row.incidentId !== incidentId) return undefined;
  const { onTrace } = row;
  if (!created) return { number: 0, onTrace };
  const numbers: RowKey = { ...deduplicationRow(key), part: `numbers#${incidentId}` };
  const { totals } = await ledger.add(numbers, { drawn: 1 });
  return { number: totals['drawn'] ?? 0, onTrace };
};

/** Notes that the opening of an incident is on its trace, so that further copies need not read the trace. */
export const confirmOpening = (ledger: Ledger, key: string, incidentId: string): Promise<void> =>
  update(ledger, key, incidentId, { onTrace: true });

/** Frees a deduplication key, so that the next alarm opens a new incident. Returns how many copies had joined. */
export const freeKey = async (ledger: Ledger, key: string, incidentId: string): Promise<number> => {
  await update(ledger, key, incidentId, { open: false });
  return (await ledger.list(FAMILY.storm, copiesId(key, incidentId))).length;
};
