import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';

/**
 * A yes as only the approval desk can write it down. The trace tells of it too, but every function may append to
 * a trace, and none of them must be able to make up an approver.
 */
const approvalRow = (approvalId: string, approver: string, breakGlass: boolean): RowKey => ({
  family: FAMILY.approval,
  id: approvalId,
  part: `${breakGlass ? 'yes-breaking-glass' : 'yes'}#${approver}`,
});

/** Writes down that a person says yes to a question. Saying it again changes nothing. */
export const recordApproval = async (
  ledger: Ledger,
  approvalId: string,
  approver: string,
  breakGlass: boolean,
): Promise<void> => {
  await ledger.create(approvalRow(approvalId, approver, breakGlass), { approver, breakGlass });
};

/** Whether a person really said so. */
export const wasApprovedBy = async (
  ledger: Ledger,
  approvalId: string,
  approver: string,
  breakGlass: boolean,
): Promise<boolean> => (await ledger.fetch(approvalRow(approvalId, approver, breakGlass))) !== undefined;
