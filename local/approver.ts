import { takeAnswer, type AnswerPorts } from '../lambdas/approvals/answer/answer.ts';
import type { Answer } from '../lambdas/approvals/answer/answer-record.ts';
import type { EventData } from '../lambdas/contracts/events.ts';
import { changeById } from '../lambdas/kernel/trace/heading.ts';
import { plain, sentence } from '../lambdas/kernel/trace/outside-text.ts';
import type { Interruption } from './interruption.ts';
import { askTerminal } from './terminal.ts';
import { findPlan, lastOf, type PlanOnTrace } from '../lambdas/kernel/trace/queries.ts';

/** A predefined answer: one line of a scenario's `approvals`. */
export interface PresetAnswer {
  readonly answer: 'approve' | 'deny' | 'silence';
  readonly reason: string;
  /** Approve despite a change freeze. */
  readonly breakGlass?: boolean | undefined;
}

/** Who answers on a laptop: predefined answers in order (the last one repeats), a person, or a function of a test. */
export type LocalApprover =
  | { readonly kind: 'preset'; readonly answers: readonly PresetAnswer[] }
  | { readonly kind: 'ask'; readonly pageUrl: string; readonly interruption: Interruption }
  | {
      readonly kind: 'acted';
      readonly act: (asked: ApprovalAsked, answered: Promise<unknown>, expire: () => void) => Promise<void>;
    };

type ApprovalAsked = EventData<'approval.asked'>;

/** Answers for every approver in turn, since a quorum of two needs two people. Returns whether the question is decided. */
const answerForAll = async (asked: ApprovalAsked, preset: PresetAnswer, ports: AnswerPorts): Promise<boolean> => {
  const { answer, reason, breakGlass = false } = preset;
  if (answer === 'silence') return false;
  for (const { id: approver } of ports.rules.settings.approvers) {
    const submitted: Answer = { approvalId: asked.approvalId, approver, answer, reason, breakGlass, via: 'preset' };
    const receipt = await takeAnswer(submitted, ports);
    if (receipt.status === 'granted' || receipt.status === 'denied') return true;
    if (receipt.status === 'refused' && receipt.because === 'decided') return true;
  }
  return false;
};

/** The question in the terminal. It names the change again: what is above it may be the words of the agent. */
export const terminalQuestion = (approver: string, planned: PlanOnTrace | undefined): string => {
  const what = planned === undefined ? '' : plain` ${planned.handle}, ${changeById(planned.plan)},`;
  return plain`Approve${what} as ${approver}? [y/n] `.toString();
};

const ANSWERS: Readonly<Record<string, Answer['answer']>> = { y: 'approve', yes: 'approve', n: 'deny', no: 'deny' };

type Ask = (question: string) => Promise<string>;

/** Asks until the answer is yes or no. An empty line or anything else is no answer. */
const yesOrNo = async (question: string, ask: Ask): Promise<Answer['answer']> => {
  for (;;) {
    const answer = ANSWERS[(await ask(question)).toLowerCase()];
    if (answer !== undefined) return answer;
  }
};

const askInTerminal = async (
  asked: ApprovalAsked,
  planned: PlanOnTrace | undefined,
  ports: AnswerPorts,
  ask: Ask,
): Promise<void> => {
  const approver = asked.approvers[0] ?? '';
  const answer = await yesOrNo(terminalQuestion(approver, planned), ask);
  const freeze = answer === 'approve' ? await ports.calendar.freeze() : undefined;
  const why =
    freeze === undefined
      ? 'Reason (optional): '
      : plain`${sentence(freeze)} Why can this not wait? (empty: deny) `.toString();
  const reason = await ask(why);
  const breakGlass = freeze !== undefined && reason !== '';
  const submitted = freeze === undefined || breakGlass ? answer : 'deny';
  const { approvalId } = asked;
  await takeAnswer({ approvalId, approver, answer: submitted, reason, breakGlass, via: 'terminal' }, ports);
};

/**
 * Answers approval requests on a laptop. Called each time the flow waits; `expire` ends the wait as its timeout would.
 * A person may answer in the terminal or on the page, whichever comes first.
 */
export const localApprover = (who: LocalApprover, ports: AnswerPorts) => {
  let asks = 0;
  let lastAsked = '';
  return async (incidentId: string, answered: Promise<unknown>, expire: () => void): Promise<void> => {
    const events = await ports.ledger.events(incidentId);
    const asked = lastOf(events, 'approval.asked')?.data;
    if (asked === undefined) return;
    switch (who.kind) {
      case 'preset': {
        if (asked.approvalId !== lastAsked) asks += 1;
        lastAsked = asked.approvalId;
        const preset = who.answers[asks - 1] ?? who.answers.at(-1) ?? { answer: 'silence', reason: '' };
        // If no answer decided, as with a plain approval in a change freeze, nobody else is left to wait for.
        if (!(await answerForAll(asked, preset, ports))) expire();
        return;
      }
      case 'acted':
        return who.act(asked, answered, expire);
      case 'ask': {
        const { interruption } = who;
        const done = new AbortController();
        void answered.then(
          () => done.abort(),
          () => done.abort(),
        );
        const ask: Ask = (question) => askTerminal(question, done.signal, interruption);
        // Answered on the page, or the run is to end: then nobody waits for this answer.
        await askInTerminal(asked, findPlan(events, asked.digest), ports, ask).catch((error: unknown) => {
          if (!done.signal.aborted && !interruption.signal.aborted) throw error;
        });
      }
    }
  };
};
