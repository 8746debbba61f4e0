import type { TraceEvent } from '../../contracts/events.ts';
import { allOf } from '../../kernel/trace/queries.ts';

/** One message to one person about one question. */
export interface ApprovalRequest {
  readonly approver: string;
  /** Valid for this person only. */
  readonly link: string;
  readonly expiresAt: string;
  readonly now: Date;
  /** The how many-th message about this question this is for the person. */
  readonly number: number;
  /** Somebody asked for it on the approval page. */
  readonly onRequest?: true;
}

/** How often this person was asked, with the newest request that is on the trace. */
export const requestNumber = (events: readonly TraceEvent[], approvalId: string, approver: string): number =>
  [...allOf(events, 'approval.asked'), ...allOf(events, 'approval.reminded')].filter(
    ({ data }) => data.approvalId === approvalId && data.approvers.includes(approver),
  ).length;

/** Whole minutes until the question expires. */
export const minutesLeft = ({ expiresAt, now }: Pick<ApprovalRequest, 'expiresAt' | 'now'>): number =>
  Math.max(0, Math.floor((Date.parse(expiresAt) - now.getTime()) / 60_000));

const ORDINALS = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth', 'Ninth'];

/** A number in words, for the start of a subject. */
export const nth = (number: number): string => ORDINALS[number - 1] ?? `${number}th`;
