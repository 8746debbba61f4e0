import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { put } from './rows.ts';

/** Cooldowns hold across incidents: each target has a row in the ledger with the time of its last change. */

const Changed = z.object({
  lastChangeAt: z.string(),
  lastCutAt: z.string().optional(),
  /** Digest of the plan of that change, if the change came to no end. */
  unfinished: z.string().optional(),
});
type LastChange = z.infer<typeof Changed>;
const changeRow = (targetArn: string): RowKey => ({ family: FAMILY.change, id: targetArn });

/** When Checkrein last changed a target, and when it last took capacity from it. */
export const lastChange = async (ledger: Ledger, targetArn: string): Promise<LastChange | undefined> => {
  const row = await ledger.fetch(changeRow(targetArn));
  return row === undefined ? undefined : Changed.parse(row.data);
};

/** Starts the cooldown of a target. Called before the change is made, so a crash cannot skip it. */
export const startCooldown = async (ledger: Ledger, targetArn: string, at: Date, cuts: boolean): Promise<void> => {
  const before = await lastChange(ledger, targetArn);
  const lastCutAt = cuts ? at.toISOString() : before?.lastCutAt;
  await put(
    ledger,
    changeRow(targetArn),
    { lastChangeAt: at.toISOString(), ...(lastCutAt === undefined ? {} : { lastCutAt }) },
    () => true,
  );
};

/**
 * Marks the last change of a target as one that came to no end. Every function may write so onto the trace; only the
 * change zone may write this row. The next change of the target removes the mark.
 */
export const markUnfinished = async (ledger: Ledger, targetArn: string, digest: string): Promise<void> => {
  const last = await lastChange(ledger, targetArn);
  if (last === undefined) return;
  const { lastChangeAt, lastCutAt } = last;
  const data = { lastChangeAt, ...(lastCutAt === undefined ? {} : { lastCutAt }), unfinished: digest };
  await put(ledger, changeRow(targetArn), data, () => true);
};
