import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';

/**
 * Rows that only the approval page may write, by IAM. The trace has the answers too, but every function may append to a
 * trace; Ask may write requests and outcomes. Neither must be able to make up an approver, or a receipt.
 */

type Answered = Pick<EventData<'approval.answered'>, 'approvalId' | 'approver' | 'answer' | 'breakGlass' | 'counted'>;

/** One person's approval of the plan of one request. */
type Approval = Pick<Answered, 'approvalId' | 'approver' | 'breakGlass'>;

const approvalRow = ({ approvalId, approver, breakGlass }: Approval): RowKey => ({
  family: FAMILY.answer,
  id: approvalId,
  part: `${breakGlass === true ? 'break-glass' : 'approve'}#${approver}`,
});

/** Where versions before the family `answer` recorded an approval. Ask may write this family. */
const earlierApprovalRow = ({ approvalId, approver, breakGlass }: Approval): RowKey => ({
  family: FAMILY.approval,
  id: approvalId,
  part: `${breakGlass === true ? 'yes-breaking-glass' : 'yes'}#${approver}`,
});

/** Where the page notes that it sent the receipt of an answer: once for each kind of answer that a person gave. */
export const receiptRow = ({ approvalId, approver, answer, breakGlass, counted }: Answered): RowKey => ({
  family: FAMILY.answer,
  id: approvalId,
  part: ['receipt', answer, ...(breakGlass === true ? ['break-glass'] : []), counted, approver].join('#'),
});

/** Since when the page has recorded answers in their own family. Rows cannot say so: those of before have no time. */
const SINCE: RowKey = { family: FAMILY.answer, id: 'since' };
const Since = z.object({ at: z.iso.datetime() });
const NEVER = new Date('9999-12-31T00:00:00.000Z');
const HOURS_24 = 24 * 60 * 60_000;

interface RowPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Records an approval and, the first time after an upgrade, that approvals are in this family from now on. */
export const recordApproval = async (approval: Approval, ports: RowPorts): Promise<void> => {
  const { approver, breakGlass = false } = approval;
  const at = ports.clock.now().toISOString();
  if ((await ports.ledger.fetch(SINCE)) === undefined) await ports.ledger.create(SINCE, { at }, NEVER);
  await ports.ledger.create(approvalRow(approval), { approver, breakGlass, at });
};

/** Approvals from before the upgrade count for 24 hours. Without a readable time of the upgrade they do not count. */
const countsEarlierRows = async ({ ledger, clock }: RowPorts): Promise<boolean> => {
  const since = Since.safeParse((await ledger.fetch(SINCE))?.data);
  return since.success && clock.now().getTime() < Date.parse(since.data.at) + HOURS_24;
};

/** Whether the approval page recorded this approval. */
export const wasRecorded = async (approval: Approval, ports: RowPorts): Promise<boolean> => {
  if ((await ports.ledger.fetch(approvalRow(approval))) !== undefined) return true;
  if (!(await countsEarlierRows(ports))) return false;
  return (await ports.ledger.fetch(earlierApprovalRow(approval))) !== undefined;
};
