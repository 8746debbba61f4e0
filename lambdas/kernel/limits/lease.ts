import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { put } from './rows.ts';

/** Brakes that hold across incidents: leases and cooldowns, durable in the ledger, per target ARN. */

const Lease = z.object({ incidentId: z.string(), until: z.string() });
const leaseRow = (targetArn: string): RowKey => ({ family: FAMILY.lease, id: targetArn });

/** Takes, or extends, the right to change a target. `false`: another incident has it. */
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

/** Gives the right to change a target back. */
export const releaseLease = async (ledger: Ledger, targetArn: string, incidentId: string): Promise<void> => {
  const row = await ledger.fetch(leaseRow(targetArn));
  const lease = Lease.safeParse(row?.data);
  if (row !== undefined && lease.success && lease.data.incidentId === incidentId)
    await ledger.replace(leaseRow(targetArn), { incidentId, until: new Date(0).toISOString() }, row.version);
};

const Changed = z.object({ lastChangeAt: z.string(), lastCutAt: z.string().optional() });
const changeRow = (targetArn: string): RowKey => ({ family: FAMILY.change, id: targetArn });

/** When Checkrein last changed a target, and when it last took capacity from it. */
export const lastChange = async (ledger: Ledger, targetArn: string): Promise<z.infer<typeof Changed> | undefined> => {
  const row = await ledger.fetch(changeRow(targetArn));
  return row === undefined ? undefined : Changed.parse(row.data);
};

/** Remembers a change for the cooldowns, written ahead of it. */
export const rememberChange = async (ledger: Ledger, targetArn: string, at: Date, cuts: boolean): Promise<void> => {
  const before = await lastChange(ledger, targetArn);
  const lastCutAt = cuts ? at.toISOString() : before?.lastCutAt;
  await put(
    ledger,
    changeRow(targetArn),
    { lastChangeAt: at.toISOString(), ...(lastCutAt === undefined ? {} : { lastCutAt }) },
    () => true,
  );
};
