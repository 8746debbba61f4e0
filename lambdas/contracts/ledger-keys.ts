/**
 * Families of rows in the ledger. The partition key of a row is `family#id`, so IAM can say per step
 * which families it may create, count or replace (`dynamodb:LeadingKeys`). Trace events are in a family
 * of their own that nobody may replace, count or delete.
 */
export const FAMILY = {
  /** Trace events: `incident#<id>` / `event#<seq>`. Append only. */
  incident: 'incident',
  /** EventBridge event ids already seen. Create only. */
  source: 'source',
  /** The open incident of a deduplication key. */
  storm: 'storm',
  /** An approval request, its task token, and its outcome. Versions before `answer` recorded approvals here too. */
  approval: 'approval',
  /** Approvals and receipts. Create only, and only by the approval page. */
  answer: 'answer',
  /** Redeemed grants. Create only. */
  grant: 'grant',
  /** Money and incident counters of a day. */
  budget: 'budget',
  /** When Checkrein last changed a target. */
  change: 'change',
  /** Which changes began in the last hour, of a tool and of a target. */
  rate: 'rate',
  /** Tripped circuit breakers, and how the latest changes of each agent ended. */
  breaker: 'breaker',
  /** Which incident may change a target right now. */
  lease: 'lease',
  /** The key under which secrets of an incident get their placeholders. Create only; expires after days. */
  redaction: 'redaction',
  /** How many approval requests were sent to an approver in a second. Count only. */
  mail: 'mail',
  /** The same of what the page sends. Apart, so that Ask cannot use up the places of a receipt. Count only. */
  receipt: 'receipt',
  /** How many links were sent on request, of a question and of an approver. Count only. */
  link: 'link',
  /** How many reports were sent in a minute; reports that were too many, and which of them a digest has reported. Expires. */
  digest: 'digest',
  /** How earlier incidents of an alarm and of a target ended: evidence for later ones, nothing decides by it. Create only. */
  history: 'history',
} as const;
export type Family = (typeof FAMILY)[keyof typeof FAMILY];

/** Address of a row. */
export interface RowKey {
  readonly family: Exclude<Family, 'incident'>;
  readonly id: string;
  /** Sort key, where one id has several rows. */
  readonly part?: string;
}
