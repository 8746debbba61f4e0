import type { TraceEventOf } from '../../contracts/events.ts';
import type { ApprovalEvents } from '../../contracts/ports.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { oneLine } from '../../kernel/trace/outside-text.ts';
import type { PlanOnTrace } from '../../kernel/trace/queries.ts';
import { refOf } from '../../contracts/plan.ts';
import { subjectOn } from '../../kernel/trace/subject.ts';

type Asked = TraceEventOf<'approval.asked'>['data'];

/** Characters of a title: EventBridge takes a megabyte for the whole event, and a pager shows a line. */
const TITLE_LIMIT = 256;

/**
 * Puts `approval.waiting` on the event bus, before the request or the reminder is recorded: so at least once. A bus that
 * does not take it must not keep people from being asked; why goes on the trace.
 */
export const announce = async (
  { approvalId, approvers, needed, expiresAt }: Pick<Asked, 'approvalId' | 'approvers' | 'needed' | 'expiresAt'>,
  reminder: number,
  { planned, journal }: { readonly planned: PlanOnTrace; readonly journal: Journal },
  events: ApprovalEvents,
): Promise<Pick<Asked, 'notAnnounced'>> => {
  const { incidentId, agent, tool, target } = planned.plan;
  const { kind, title } = subjectOn(journal.events);
  const { id, account, region, environment } = target;
  const ref = refOf(target);
  try {
    await events.waiting({
      version: '1',
      incidentId,
      agent,
      approvalId,
      reminder,
      approvers: [...approvers],
      needed,
      expiresAt,
      tool,
      target: { id, ...('arn' in target && { arn: ref }), ref, account, region, environment },
      subject: { kind, title: oneLine(title, TITLE_LIMIT) },
    });
    return {};
  } catch (error) {
    return { notAnnounced: error instanceof Error ? redactedText(error.message) : 'unknown error' };
  }
};
