import * as z from 'zod';
import { FAMILY, type RowKey } from '../contracts/ledger-keys.ts';
import type { Ledger } from '../ports.ts';
import { sha256 } from './canonical.ts';

/** Which incident a storm key belongs to, and whether it is still open. */
export const StormRow = z.object({ incidentId: z.string(), open: z.boolean() });

/** Row of the open incident of a storm key. */
export const stormRow = (stormKey: string): RowKey => ({ family: FAMILY.storm, id: sha256(stormKey) });
/** Counter of the copies that joined an incident. */
export const copiesRow = (stormKey: string, incidentId: string): RowKey => ({
  ...stormRow(stormKey),
  part: `copies#${incidentId}`,
});

/** Frees a storm key, so that the alarm's next return opens a new incident. Answers how many copies had joined. */
export const endStorm = async (ledger: Ledger, stormKey: string, incidentId: string): Promise<number> => {
  const row = await ledger.fetch(stormRow(stormKey));
  const storm = StormRow.safeParse(row?.data);
  if (row !== undefined && storm.success && storm.data.open && storm.data.incidentId === incidentId)
    await ledger.replace(stormRow(stormKey), { incidentId, open: false }, row.version);
  const { totals } = await ledger.add(copiesRow(stormKey, incidentId), { copies: 0 });
  return totals['copies'] ?? 0;
};
