import type { Journal } from '../../kernel/trace/journal.ts';
import { sent, type OutgoingMessage } from '../../kernel/model/notify.ts';
import { joined, lines, plain, quoted } from '../../kernel/trace/outside-text.ts';
import { headingOf, mailSubject } from '../../kernel/trace/heading.ts';
import { openingOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { subjectInWords } from '../../kernel/trace/subject-text.ts';
import { changeLines, impactLines } from '../../kernel/trace/plan-text.ts';
import type { Ledger, Notification, Notifier } from '../../contracts/ports.ts';
import { announcementRow } from './answer-rows.ts';
import { refOf } from '../../contracts/plan.ts';
import { REASON_LIMIT } from './reason.ts';

/** An approval that overrides a change freeze. */
export interface FreezeOverride {
  readonly approvalId: string;
  readonly by: readonly string[];
  readonly reason: string;
  /** What the change calendar reported. */
  readonly freeze: string;
}

interface AnnouncePorts {
  readonly ledger: Ledger;
  readonly notifier: Notifier;
  readonly announcer: Announcer;
}

/** The message to everyone: first what is being changed and how to stop it, then what others wrote about it. */
const messageOf = (
  override: FreezeOverride,
  { handle, digest, plan }: PlanOnTrace,
  { incident: incidentId, events }: Journal,
): OutgoingMessage & Pick<Notification, 'about' | 'incidentId'> => ({
  about: 'break-glass',
  incidentId,
  subject: mailSubject('Change freeze overridden:', plan),
  text: lines([
    plain`${joined(override.by, ', ')} approved a change despite a change freeze (break-glass). It is being made now.`,
    plain`Change: ${headingOf(plan)}`,
    plain`  target: ${refOf(plan.target)}`,
    ...changeLines(plan.report).map((line) => plain`  ${line}`),
    plain`To stop this and every other change: npx checkrein switch off`,
    plain`Incident ${incidentId}, plan ${handle} ${digest}.`,
    plain`It is about: ${subjectInWords(openingOf(events))}.`,
    plain``,
    plain`What the dry run found (environment: ${plan.target.environment}):`,
    ...impactLines(plan.report).map((line) => plain`  ${line}`),
    plain``,
    plain`The freeze, as the calendar describes it: ${quoted(override.freeze)}`,
    plain`The reason, in the words of ${joined(override.by, ', ')}: ${quoted(override.reason, REASON_LIMIT)}`,
  ]),
});

/** Who announces: the page, which keeps a row about it, or Ask, which completes what a page left undone. */
export type Announcer = 'page' | 'ask';

/**
 * Notifies everyone on the topic, not only those who were asked, before the change is made. Any function may write onto the
 * trace that this was done, so only the row of the page counts.
 */
export const notifyBreakGlass = async (
  override: FreezeOverride,
  planned: PlanOnTrace,
  journal: Journal,
  { ledger, notifier, announcer }: AnnouncePorts,
): Promise<void> => {
  const row = announcementRow(override.approvalId);
  if ((await ledger.fetch(row)) !== undefined) return;
  const { event } = await journal.once('people.notified', async () => ({
    data: {
      ...(await sent(notifier, messageOf(override, planned, journal))),
      question: override.approvalId,
    },
  }));
  // Noted only afterwards: if the function dies here, everyone is told twice, not never.
  if (announcer === 'page' && event.data.sent) await ledger.create(row, { event: event.seq });
};
