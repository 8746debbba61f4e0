import * as z from 'zod';
import { FAMILY, type RowKey } from '../contracts/ledger-keys.ts';
import type { Ledger } from '../ports.ts';
import { sha256 } from './canonical.ts';

/** Which incident a storm key belongs to, and whether it is still open. */
const StormRow = z.object({ incidentId: z.string(), open: z.boolean() });

/** Row of the open incident of a storm key. */
export const stormRow = (stormKey: string): RowKey => ({ family: FAMILY.storm, id: sha256(stormKey) });

/** The copies that joined an incident, a row each, in a partition of their own. */
const copiesId = (stormKey: string, incidentId: string): string => `${sha256(stormKey)}#${incidentId}`;

/** The incident that a row of a storm key says is open. */
export const openIn = (row: { readonly data: unknown } | undefined): string | undefined => {
  const storm = StormRow.optional().parse(row?.data);
  return storm?.open === true ? storm.incidentId : undefined;
};

/**
 * Joins a copy to an incident. Answers with its number among the copies, or with 0 where an earlier attempt
 * had drawn one; with nothing where the incident has let go of the storm key.
 *
 * The order makes the count exact: the row is there before the look whether the incident is still open, and
 * a closing incident lets go of its storm key before it counts rows.
 */
export const joinStorm = async (
  ledger: Ledger,
  stormKey: string,
  incidentId: string,
  eventId: string,
): Promise<number | undefined> => {
  const part = sha256(eventId);
  const copy: RowKey = { family: FAMILY.storm, id: copiesId(stormKey, incidentId), part };
  const { created } = await ledger.create(copy, { eventId });
  if (openIn(await ledger.fetch(stormRow(stormKey))) !== incidentId) return undefined;
  if (!created) return 0;
  const numbers: RowKey = { ...stormRow(stormKey), part: `numbers#${incidentId}` };
  return (await ledger.add(numbers, { drawn: 1 })).totals['drawn'];
};

/** Frees a storm key, so that the alarm's next return opens a new incident. Answers how many copies had joined. */
export const endStorm = async (ledger: Ledger, stormKey: string, incidentId: string): Promise<number> => {
  const row = await ledger.fetch(stormRow(stormKey));
  if (row !== undefined && openIn(row) === incidentId)
    await ledger.replace(stormRow(stormKey), { incidentId, open: false }, row.version);
  return (await ledger.list(FAMILY.storm, copiesId(stormKey, incidentId))).length;
};
