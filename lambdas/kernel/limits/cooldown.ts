import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { put } from './rows.ts';

/** Cooldowns hold across incidents: each target has a row in the ledger with the time of its last change. */

const Changed = z.object({ lastChangeAt: z.string(), lastCutAt: z.string().optional() });
const changeRow = (targetArn: string): RowKey => ({ family: FAMILY.change, id: targetArn });

/** When Checkrein last changed a target, and when it last took capacity from it. */
export const lastChange = async (ledger: Ledger, targetArn: string): Promise<z.infer<typeof Changed> | undefined> => {
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
