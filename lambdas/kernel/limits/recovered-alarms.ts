import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { sha256 } from '../trace/canonical.ts';
import { put } from './rows.ts';

const RecoveredRow = z.object({ at: z.string() });

const recoveredRow = (arn: string): RowKey => ({ family: FAMILY.storm, id: `recovered#${sha256(arn)}` });

/** Notes when an alarm went back to OK. An older time never replaces a newer one. */
export const noteRecovery = async (ledger: Ledger, arn: string, at: string): Promise<void> => {
  await put(ledger, recoveredRow(arn), { at }, ({ data }) => Date.parse(RecoveredRow.parse(data).at) < Date.parse(at));
};

/** When an alarm last went back to OK, if an event said so. */
export const recoveredAt = async (ledger: Ledger, arn: string): Promise<string | undefined> =>
  RecoveredRow.optional().parse((await ledger.fetch(recoveredRow(arn)))?.data)?.at;
