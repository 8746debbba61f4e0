import type { TraceEventOf } from '../../contracts/events.ts';
import type { ApprovalEvents } from '../../contracts/ports.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import type { PlanOnTrace } from '../../kernel/trace/queries.ts';
import { refOf } from '../../contracts/plan.ts';

type Asked = TraceEventOf<'approval.asked'>['data'];

/**
 * Puts `approval.waiting` on the event bus, before the request or the reminder is recorded: so at least once. A bus that
 * does not take it must not keep people from being asked; why goes on the trace.
 */
export const announce = async (
  { approvalId, approvers, needed, expiresAt }: Pick<Asked, 'approvalId' | 'approvers' | 'needed' | 'expiresAt'>,
  reminder: number,
  { plan: { incidentId, agent, tool, target } }: PlanOnTrace,
  events: ApprovalEvents,
): Promise<Pick<Asked, 'notAnnounced'>> => {
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
    });
    return {};
  } catch (error) {
    return { notAnnounced: error instanceof Error ? redactedText(error.message) : 'unknown error' };
  }
};
