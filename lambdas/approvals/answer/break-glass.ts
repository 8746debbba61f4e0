import type { TraceEvent } from '../../contracts/events.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { sent } from '../../kernel/model/notify.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { reportLines } from '../../kernel/trace/plan-text.ts';
import type { Notification, Notifier } from '../../contracts/ports.ts';

/** A yes in spite of a change freeze. */
export interface BrokenGlass {
  readonly approvalId: string;
  readonly by: readonly string[];
  readonly reason: string;
  /** What the change calendar said. */
  readonly freeze: string;
}

const messageOf = (glass: BrokenGlass, { handle, digest, plan }: PlanOnTrace, incidentId: string): Notification => ({
  about: 'break-glass',
  incidentId,
  subject: `Change freeze broken: ${plan.tool} on ${plan.target.id}`,
  text: [
    `${glass.by.join(', ')} approved a change in spite of a change freeze. It is made now.`,
    '',
    `Freeze: ${glass.freeze}`,
    `Reason: ${glass.reason}`,
    `Change: ${plan.tool} on ${plan.target.arn} (${plan.target.environment}).`,
    ...reportLines(plan.report).map((line) => `  ${line}`),
    '',
    `Incident ${incidentId}, plan ${handle} ${digest}.`,
    'To stop it and all others: checkrein switch off.',
  ].join('\n'),
});

const wasTold =
  ({ approvalId }: BrokenGlass) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'people.notified').some(({ data }) => data.question === approvalId);

/** Tells everyone, not only those who were asked, before the change is made. */
export const tellOfBrokenGlass = async (
  glass: BrokenGlass,
  planned: PlanOnTrace,
  journal: Journal,
  notifier: Notifier,
): Promise<void> => {
  await journal.onceUnless('people.notified', wasTold(glass), async () => ({
    data: {
      ...(await sent(notifier, messageOf(glass, planned, journal.incident))),
      question: glass.approvalId,
    },
  }));
};
