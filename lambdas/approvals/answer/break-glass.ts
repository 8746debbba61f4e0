import type { TraceEvent } from '../../contracts/events.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { sent } from '../../kernel/model/notify.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { reportLines } from '../../kernel/trace/plan-text.ts';
import type { Notification, Notifier } from '../../contracts/ports.ts';

/** A yes in spite of a change freeze. */
export interface FreezeOverride {
  readonly approvalId: string;
  readonly by: readonly string[];
  readonly reason: string;
  /** What the change calendar said. */
  readonly freeze: string;
}

const messageOf = (
  override: FreezeOverride,
  { handle, digest, plan }: PlanOnTrace,
  incidentId: string,
): Notification => ({
  about: 'break-glass',
  incidentId,
  subject: `Change freeze broken: ${plan.tool} on ${plan.target.id}`,
  text: [
    `${override.by.join(', ')} approved a change in spite of a change freeze. It is made now.`,
    '',
    `Freeze: ${override.freeze}`,
    `Reason: ${override.reason}`,
    `Change: ${plan.tool} on ${plan.target.arn} (${plan.target.environment}).`,
    ...reportLines(plan.report).map((line) => `  ${line}`),
    '',
    `Incident ${incidentId}, plan ${handle} ${digest}.`,
    'To stop it and all others: checkrein switch off.',
  ].join('\n'),
});

const wasTold =
  ({ approvalId }: FreezeOverride) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'people.notified').some(({ data }) => data.question === approvalId);

/** Tells everyone, not only those who were asked, before the change is made. */
export const notifyBreakGlass = async (
  override: FreezeOverride,
  planned: PlanOnTrace,
  journal: Journal,
  notifier: Notifier,
): Promise<void> => {
  await journal.onceUnless('people.notified', wasTold(override), async () => ({
    data: {
      ...(await sent(notifier, messageOf(override, planned, journal.incident))),
      question: override.approvalId,
    },
  }));
};
