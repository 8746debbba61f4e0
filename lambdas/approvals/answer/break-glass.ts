import type { TraceEvent } from '../../contracts/events.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { sent, type OutgoingMessage } from '../../kernel/model/notify.ts';
import { joined, lines, plain, quoted } from '../../kernel/trace/outside-text.ts';
import { headingOf, subjectOf } from '../../kernel/trace/heading.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { changeLines, impactLines } from '../../kernel/trace/plan-text.ts';
import type { Notification, Notifier } from '../../contracts/ports.ts';

/** Characters of a reason that are shown: all that the page takes. */
const REASON_LIMIT = 1000;

/** An approval that overrides a change freeze. */
export interface FreezeOverride {
  readonly approvalId: string;
  readonly by: readonly string[];
  readonly reason: string;
  /** What the change calendar reported. */
  readonly freeze: string;
}

/** The message to everyone: first what is being changed and how to stop it, then what others wrote about it. */
const messageOf = (
  override: FreezeOverride,
  { handle, digest, plan }: PlanOnTrace,
  incidentId: string,
): OutgoingMessage & Pick<Notification, 'about' | 'incidentId'> => ({
  about: 'break-glass',
  incidentId,
  subject: subjectOf('Change freeze overridden:', plan),
  text: lines([
    plain`${joined(override.by, ', ')} approved a change despite a change freeze (break-glass). It is being made now.`,
    plain`Change: ${headingOf(plan)}`,
    plain`  target: ${plan.target.arn}`,
    ...changeLines(plan.report).map((line) => plain`  ${line}`),
    plain`To stop this and every other change: checkrein switch off.`,
    plain`Incident ${incidentId}, plan ${handle} ${digest}.`,
    plain``,
    plain`What the dry run found (environment: ${plan.target.environment}):`,
    ...impactLines(plan.report).map((line) => plain`  ${line}`),
    plain``,
    plain`The freeze, as the calendar describes it: ${quoted(override.freeze)}`,
    plain`The reason, in the words of ${joined(override.by, ', ')}: ${quoted(override.reason, REASON_LIMIT)}`,
  ]),
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
