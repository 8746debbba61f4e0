import type { EventKind } from './events.ts';

/** Of each kind of trace event, whether people outside the flow may hear of it as a moment. The stream filter is made from it. */
const TOLD = {
  'incident.opened': true,
  'incident.attached': true,
  'dry-run.finished': true,
  'approval.asked': true,
  'approval.reminded': true,
  'approval.closed': true,
  'apply.finished': true,
  'change.verified': true,
  'incident.closed': true,

  'incident.refused': false,
  'budget.checked': false,
  'model.called': false,
  'model.tested': false,
  'clusters.tested': false,
  'call.refused': false,
  'evidence.gathered': false,
  'first-look.skipped': false,
  'proposal.judged': false,
  'plan.judged': false,
  'approval.answered': false,
  'grant.issued': false,
  'apply.checked': false,
  'grant.redeemed': false,
  'apply.started': false,
  'apply.resumed': false,
  'apply.waiting': false,
  'model.told': false,
  'breaker.tripped': false,
  'conclusion.reviewed': false,
  'escalation.asked': false,
  'harness.failed': false,
  'people.notified': false,
  'follow-ups.due': false,
  'follow-ups.raised': false,
  'trace.sealed': false,
} as const satisfies Record<EventKind, boolean>;

/** Kinds of trace events that moments are made of. */
export type ToldKind = { [K in EventKind]: (typeof TOLD)[K] extends true ? K : never }[EventKind];

/** Whether moments are made of events of this kind. */
export const isToldKind = (kind: EventKind): kind is ToldKind => TOLD[kind];

/** Kinds of trace events that moments are made of, for the filter of the stream. */
export const TOLD_KINDS: readonly ToldKind[] = Object.keys(TOLD)
  .filter((kind): kind is EventKind => kind in TOLD)
  .filter(isToldKind);
