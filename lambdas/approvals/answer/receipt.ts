import type { EventData, TraceEventOf } from '../../contracts/events.ts';
import type { Ledger, Notifier } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';
import { sent, type OutgoingMessage } from '../../kernel/model/notify.ts';
import { lines, plain, quoted, type PlainText } from '../../kernel/trace/outside-text.ts';
import { headingOf, mailSubject } from '../../kernel/trace/heading.ts';
import { changeLines } from '../../kernel/trace/plan-text.ts';
import { openingOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { subjectInWords } from '../../kernel/trace/subject-text.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { receiptRow } from './answer-rows.ts';
import { refOf } from '../../contracts/plan.ts';

/** Characters of a reason that are shown: all that the page takes. */
const REASON_LIMIT = 1000;

type Answered = TraceEventOf<'approval.answered'>;

const throughWhat = ({ via, approvalId }: EventData<'approval.answered'>): PlainText => {
  switch (via) {
    case 'page':
      return plain`on the approval page, with your link to ${approvalId}`;
    case 'terminal':
      return plain`in the terminal`;
    case 'preset':
      return plain`by an answer that was set before the run`;
  }
};

/** The message to the person in whose name an answer was given: first the answer, then how to stop what they did not do. */
const receiptMessage = (
  { at, data }: Answered,
  { handle, digest, plan }: PlanOnTrace,
  { incident, events }: Journal,
): OutgoingMessage => {
  const verb = data.answer === 'approve' ? 'approved' : 'denied';
  const despite = data.breakGlass === true ? plain` in spite of a change freeze (break-glass)` : plain``;
  return {
    subject: mailSubject(`You ${verb}:`, plan),
    text: lines([
      plain`You ${verb} at ${at}${despite}, ${throughWhat(data)}.`,
      plain`If this was not you: npx checkrein switch off stops every change. Tell whoever runs Checkrein that somebody answers in your name.`,
      data.counted ? plain`Your answer counts.` : plain`Your answer does not count: policy does not let you give it.`,
      plain``,
      plain`Change: ${headingOf(plan)}`,
      plain`  target: ${refOf(plan.target)}`,
      ...changeLines(plan.report).map((line) => plain`  ${line}`),
      plain`Incident ${incident}, plan ${handle} ${digest}.`,
      plain`It is about: ${subjectInWords(openingOf(events))}.`,
      data.reason.trim() === ''
        ? plain`No reason was given.`
        : plain`The reason that was given: ${quoted(data.reason, REASON_LIMIT)}`,
    ]),
  };
};

interface ReceiptPorts {
  readonly ledger: Ledger;
  readonly notifier: Notifier;
  readonly rules: Rules;
}

/**
 * Sends each approver the receipt of their answer, to that approver alone, unless the page has sent it. Called between the
 * answer and the decision: a receipt that cannot be sent holds nothing back, and is sent with the next answer.
 */
export const sendReceipts = async (
  answers: readonly Answered[],
  { planned, journal }: { readonly planned: PlanOnTrace; readonly journal: Journal },
  { ledger, notifier, rules }: ReceiptPorts,
): Promise<void> => {
  const sendOne = async (answer: Answered) => {
    const { approver } = answer.data;
    // The link of somebody who is no approver may name anybody, also the audience of everyone.
    const person = rules.settings.approvers.find(({ id }) => id === approver);
    if (person === undefined) return [];
    if ((await ledger.fetch(receiptRow(answer.data))) !== undefined) return [];
    const message = receiptMessage(answer, planned, journal);
    const to = { about: 'receipt', incidentId: journal.incident, audience: person.contacts.email } as const;
    return [{ answer, result: await sent(notifier, { ...message, ...to }) }];
  };
  // Side by side, so that several that time out take no longer than one.
  for (const { answer, result } of (await Promise.all(answers.map(sendOne))).flat()) {
    // Noted only afterwards: if the function dies here, the receipt is sent twice, not never.
    if (result.sent) await ledger.create(receiptRow(answer.data), { event: answer.seq });
    await journal.once('people.notified', () => ({ data: { ...result, receiptFor: answer.seq } }));
  }
};
