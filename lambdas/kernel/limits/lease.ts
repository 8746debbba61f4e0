import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { put } from './rows.ts';

/** A lease is the right to change one target. At most one incident holds it, and it expires by itself. */

const Lease = z.object({ incidentId: z.string(), until: z.string() });
const leaseRow = (targetArn: string): RowKey => ({ family: FAMILY.lease, id: targetArn });

/** Takes or extends the lease of a target. `false`: another incident holds it. */
export const takeLease = (
  ledger: Ledger,
  targetArn: string,
  incidentId: string,
  now: Date,
  until: Date,
): Promise<boolean> =>
  put(ledger, leaseRow(targetArn), { incidentId, until: until.toISOString() }, (row) => {
    const lease = Lease.safeParse(row.data);
    return lease.success && (lease.data.incidentId === incidentId || Date.parse(lease.data.until) <= now.getTime());
  });

/** Gives the lease of a target back, if this incident holds it. */
export const releaseLease = async (ledger: Ledger, targetArn: string, incidentId: string): Promise<void> => {
  const row = await ledger.fetch(leaseRow(targetArn));
  const lease = Lease.safeParse(row?.data);
  if (row !== undefined && lease.success && lease.data.incidentId === incidentId)
    await ledger.replace(leaseRow(targetArn), { incidentId, until: new Date(0).toISOString() }, row.version);
};
