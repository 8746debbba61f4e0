import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger, Row } from '../../contracts/ports.ts';
import { canonical, sha256 } from '../trace/canonical.ts';

/**
 * Which incident a storm key belongs to, and whether it is still open. `onTrace`: its opening is known to be
 * on its trace, where its close finds the storm key to free. Before that it may yet be refused.
 */
const DeduplicationRow = z.object({ incidentId: z.string(), open: z.boolean(), onTrace: z.boolean().default(false) });
type DeduplicationRow = z.infer<typeof DeduplicationRow>;

/** Row of the open incident of a storm key. */
export const deduplicationRow = (key: string): RowKey => ({ family: FAMILY.storm, id: sha256(key) });

/** The copies that joined an incident, a row each, in a partition of their own. */
const copiesId = (key: string, incidentId: string): string => `${sha256(key)}#${incidentId}`;

const readRow = (row: Row | undefined): DeduplicationRow | undefined => DeduplicationRow.optional().parse(row?.data);

/** The incident that a row of a storm key says is open. */
export const openIn = (row: Row | undefined): string | undefined => {
  const open = readRow(row);
  return open?.open === true ? open.incidentId : undefined;
};

/** Changes the row of a storm key for as long as it is that incident's. */
const update = async (
  ledger: Ledger,
  key: string,
  incidentId: string,
  change: Partial<DeduplicationRow>,
): Promise<void> => {
  for (;;) {
    const row = await ledger.fetch(deduplicationRow(key));
    if (row === undefined || openIn(row) !== incidentId) return;
    const data = { ...row.data, ...change };
    if (canonical(data) === canonical(row.data)) return;
    if (await ledger.replace(deduplicationRow(key), data, row.version)) return;
  }
};

/** A copy that joined an incident. */
interface Joined {
  /** Its number among the copies; 0 where an earlier attempt had drawn one. */
  readonly number: number;
  readonly onTrace: boolean;
}

/**
 * Joins a copy to an incident; answers with nothing where the incident has let go of the storm key.
 *
 * The order makes the count exact: the row is there before the look whether the incident is still open, and
 * a closing incident lets go of its storm key before it counts rows.
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

/** Notes that the opening of an incident is on its trace, so that further copies need not look there. */
export const confirmOpening = (ledger: Ledger, key: string, incidentId: string): Promise<void> =>
  update(ledger, key, incidentId, { onTrace: true });

/** Frees a storm key, so that the alarm's next return opens a new incident. Answers how many copies had joined. */
export const freeKey = async (ledger: Ledger, key: string, incidentId: string): Promise<number> => {
  await update(ledger, key, incidentId, { open: false });
  return (await ledger.list(FAMILY.storm, copiesId(key, incidentId))).length;
};
