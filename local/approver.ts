import { createInterface } from 'node:readline/promises';
import type { TraceEventOf } from '../lambdas/contracts/events.ts';
import { takeAnswer, type Answer, type AnswerPorts } from '../lambdas/approvals/answer/answer.ts';
import { lastOf } from '../lambdas/kernel/trace/queries.ts';

/** What the local approver says when asked: one line of a scenario's `approvals`. */
export interface PresetAnswer {
  readonly answer: 'approve' | 'deny' | 'silence';
  readonly reason: string;
  /** Approve in spite of a change freeze. */
  readonly breakGlass?: boolean | undefined;
}

/** Who answers on a laptop: always the same, a list in order, a person, or whoever a test lets act. */
export type LocalApprover =
  | { readonly kind: 'preset'; readonly answers: readonly PresetAnswer[] }
  | { readonly kind: 'ask'; readonly pageUrl: string; readonly terminal: boolean }
  | {
      readonly kind: 'acted';
      readonly act: (asked: Asked, answered: Promise<unknown>, expire: () => void) => Promise<void>;
    };

type Asked = TraceEventOf<'approval.asked'>['data'];

/** Answers for every approver in turn, since a quorum of two is two answers by two people. Whether that decided it. */
const answerForAll = async (asked: Asked, preset: PresetAnswer, ports: AnswerPorts): Promise<boolean> => {
  const { answer, reason, breakGlass = false } = preset;
  if (answer === 'silence') return false;
  for (const { email: approver } of ports.rules.settings.approvers) {
    const given: Answer = { approvalId: asked.approvalId, approver, answer, reason, breakGlass, via: 'preset' };
    const receipt = await takeAnswer(given, ports);
    if (receipt.status === 'granted' || receipt.status === 'denied') return true;
    if (receipt.status === 'refused' && receipt.because === 'settled') return true;
  }
  return false;
};

const askInTerminal = async (asked: Asked, ports: AnswerPorts, signal: AbortSignal): Promise<void> => {
  const approver = asked.approvers[0] ?? '';
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const said = (await lines.question(`Approve as ${approver}? [y/N] `, { signal })).trim().toLowerCase();
    const answer = said === 'y' || said === 'yes' ? 'approve' : 'deny';
    const freeze = answer === 'approve' ? await ports.calendar.freeze() : undefined;
    const why = freeze === undefined ? 'Reason (optional): ' : `${freeze} Why can this not wait? (empty: deny) `;
    const reason = (await lines.question(why, { signal })).trim();
    const breakGlass = freeze !== undefined && reason !== '';
    const given = freeze === undefined || breakGlass ? answer : 'deny';
    await takeAnswer(
      { approvalId: asked.approvalId, approver, answer: given, reason, breakGlass, via: 'terminal' },
      ports,
    );
  } finally {
    lines.close();
  }
};

/**
 * Answers questions on a laptop. Called each time the flow waits; `expire` lets the wait run out as the
 * clock would. A person may answer in the terminal or on the page, whichever comes first.
 */
export const localApprover = (who: LocalApprover, ports: AnswerPorts) => {
  let asks = 0;
  let lastAsked = '';
  return async (incidentId: string, answered: Promise<unknown>, expire: () => void): Promise<void> => {
    const asked = lastOf(await ports.ledger.events(incidentId), 'approval.asked')?.data;
    if (asked === undefined) return;
    switch (who.kind) {
      case 'preset': {
        if (asked.approvalId !== lastAsked) asks += 1;
        lastAsked = asked.approvalId;
        const preset = who.answers[asks - 1] ?? who.answers.at(-1) ?? { answer: 'silence', reason: '' };
        // An answer that decides nothing, such as a plain approval in a change freeze, leaves nobody to wait for.
        if (!(await answerForAll(asked, preset, ports))) expire();
        return;
      }
      case 'acted':
        return who.act(asked, answered, expire);
      case 'ask': {
        if (!who.terminal) return;
        const done = new AbortController();
        void answered.then(
          () => done.abort(),
          () => done.abort(),
        );
        await askInTerminal(asked, ports, done.signal).catch((error: unknown) => {
          if (!done.signal.aborted) throw error;
        });
      }
    }
  };
};
