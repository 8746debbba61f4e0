import * as z from 'zod';
import { FAMILY, type RowKey } from '../contracts/ledger-keys.ts';
import type { Ledger } from '../ports.ts';
import { put } from './rows.ts';

/** The circuit breaker of a target: tripped by a policy, closed again only by a person, who says why. */
const BreakerRow = z.object({
  target: z.string(),
  tripped: z.boolean(),
  policy: z.string(),
  reason: z.string(),
  at: z.string(),
  incidentId: z.string(),
  /** The last reset, kept when the breaker trips again. */
  reset: z.object({ by: z.string(), reason: z.string(), at: z.string() }).nullable().default(null),
});
export type Breaker = z.infer<typeof BreakerRow>;

/** All breakers are rows of one id, so that they can be listed; there are as many as targets that went wrong. */
const ROWS = { family: FAMILY.breaker, id: 'targets' } as const;
const breakerRow = (targetArn: string): RowKey => ({ ...ROWS, part: targetArn });

/** Why a target is closed to changes, or nothing. A row that cannot be read counts as tripped. */
export const trippedBreaker = async (ledger: Ledger, targetArn: string): Promise<string | undefined> => {
  const row = await ledger.fetch(breakerRow(targetArn));
  if (row === undefined) return undefined;
  const breaker = BreakerRow.safeParse(row.data);
  if (!breaker.success) return 'The breaker of this target cannot be read, which counts as tripped.';
  const { tripped, policy, reason, at, incidentId } = breaker.data;
  return tripped
    ? `The circuit breaker of this target was tripped at ${at} in incident ${incidentId} by ${policy}: ${reason} Only a human can reset it.`
    : undefined;
};

/** Trips the breaker of a target. */
export const tripBreaker = async (
  ledger: Ledger,
  target: string,
  why: { readonly policy: string; readonly reason: string; readonly incidentId: string; readonly at: Date },
): Promise<void> => {
  const before = BreakerRow.safeParse((await ledger.fetch(breakerRow(target)))?.data);
  const reset = before.success ? before.data.reset : null;
  await put(ledger, breakerRow(target), { ...why, target, at: why.at.toISOString(), tripped: true, reset }, () => true);
};

/** Every breaker that was ever tripped. */
export const breakers = async (ledger: Ledger): Promise<Breaker[]> =>
  (await ledger.list(ROWS.family, ROWS.id)).map((row) => BreakerRow.parse(row.data));

/** Closes a tripped breaker, and keeps who did it and why. Nothing, where it is not tripped. */
export const resetBreaker = async (
  ledger: Ledger,
  target: string,
  by: { readonly by: string; readonly reason: string; readonly at: Date },
): Promise<Breaker | undefined> => {
  for (;;) {
    const row = await ledger.fetch(breakerRow(target));
    if (row === undefined) return undefined;
    const breaker = BreakerRow.parse(row.data);
    if (!breaker.tripped) return undefined;
    const closed: Breaker = { ...breaker, tripped: false, reset: { ...by, at: by.at.toISOString() } };
    if (await ledger.replace(breakerRow(target), closed, row.version)) return closed;
  }
};
