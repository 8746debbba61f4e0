import type { TraceEvent } from '../../contracts/events.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { sent } from '../../kernel/model/notify.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { reportLines } from '../../kernel/trace/plan-text.ts';
import type { Notification, Notifier } from '../../contracts/ports.ts';

/** An approval that overrides a change freeze. */
export interface FreezeOverride {
  readonly approvalId: string;
  readonly by: readonly string[];
  readonly reason: string;
  /** What the change calendar reported. */
  readonly freeze: string;
}

const messageOf = (
  override: FreezeOverride,
  { handle, digest, plan }: PlanOnTrace,
  incidentId: string,
): Notification => ({
  about: 'break-glass',
  incidentId,
  subject: `Change freeze overridden: ${plan.tool} on ${plan.target.id}`,
  text: [
    `${override.by.join(', ')} approved a change despite a change freeze (break-glass). It is being made now.`,
    '',
    `Freeze: ${override.freeze}`,
    `Reason: ${override.reason}`,
    `Change: ${plan.tool} on ${plan.target.arn} (${plan.target.environment}).`,
    ...reportLines(plan.report).map((line) => `  ${line}`),
    '',
    `Incident ${incidentId}, plan ${handle} ${digest}.`,
    'To stop this and every other change: checkrein switch off.',
  ].join('\n'),
});

const wasNotified =
  ({ approvalId }: FreezeOverride) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'people.notified').some(({ data }) => data.question === approvalId);

/** Notifies everyone on the topic, not only those who were asked, before the change is made. */
export const notifyBreakGlass = async (
  override: FreezeOverride,
  planned: PlanOnTrace,
  journal: Journal,
  notifier: Notifier,
): Promise<void> => {
  await journal.onceUnless('people.notified', wasNotified(override), async () => ({
    data: {
      ...(await sent(notifier, messageOf(override, planned, journal.incident))),
      question: override.approvalId,
    },
  }));
};
