import * as z from 'zod';
import type { JsonObject } from '../contracts/json.ts';
import { FAMILY, type RowKey } from '../contracts/ledger-keys.ts';
import type { Ledger, Row } from '../ports.ts';

/** Brakes that hold across incidents: breakers, leases and cooldowns, all durable in the ledger, per target ARN. */

/** Writes a row whatever its version, as long as `may` agrees with what is there. Answers whether it wrote. */
const put = async (ledger: Ledger, key: RowKey, data: JsonObject, may: (row: Row) => boolean): Promise<boolean> => {
  for (;;) {
    const { created, row } = await ledger.create(key, data);
    if (created) return true;
    if (!may(row)) return false;
    if (await ledger.replace(key, data, row.version)) return true;
  }
};

const Breaker = z.object({
  tripped: z.boolean(),
  policy: z.string(),
  reason: z.string(),
  at: z.string(),
  incidentId: z.string(),
});
const breakerRow = (targetArn: string): RowKey => ({ family: FAMILY.breaker, id: targetArn });

/** The tripped breaker of a target, or nothing. A row that cannot be read counts as tripped. */
export const trippedBreaker = async (ledger: Ledger, targetArn: string): Promise<string | undefined> => {
  const row = await ledger.fetch(breakerRow(targetArn));
  if (row === undefined) return undefined;
  const breaker = Breaker.safeParse(row.data);
  if (!breaker.success) return 'The breaker of this target cannot be read, which counts as tripped.';
  const { tripped, policy, reason, at, incidentId } = breaker.data;
  return tripped
    ? `The circuit breaker of this target was tripped at ${at} in incident ${incidentId} by ${policy}: ${reason} Only a human can reset it.`
    : undefined;
};

/** Trips the breaker of a target. */
export const tripBreaker = async (
  ledger: Ledger,
  targetArn: string,
  why: { readonly policy: string; readonly reason: string; readonly incidentId: string; readonly at: Date },
): Promise<void> => {
  await put(ledger, breakerRow(targetArn), { ...why, at: why.at.toISOString(), tripped: true }, () => true);
};

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
