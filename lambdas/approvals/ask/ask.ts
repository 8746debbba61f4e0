import * as z from 'zod';
import { ApproveInput } from '../../contracts/flow.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import type { Rules } from '../../contracts/rules.ts';
import type { Approver } from '../../contracts/settings.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { notifyOnce } from '../../kernel/model/notify.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { allOf, lastOf, currentPlan, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import type { Callbacks, Clock, Ledger, MacGenerator, Notifier } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { signLink } from '../answer/approval-link.ts';
import { approvalMessage } from './message.ts';
import { entitlement } from '../answer/question.ts';
import { approvalIdOf, finish, type Question, questionRow, recordOutcomeOnce, outcomeOf } from '../answer/outcome.ts';

export interface AskPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly policy: PolicyEngine;
  /** Signs links. It cannot sign grants: that is another key. */
  readonly linkMac: MacGenerator;
  readonly notifier: Notifier;
  readonly callbacks: Callbacks;
  /** Where the approval page is, without a trailing slash. */
  readonly pageUrl: string;
  readonly rules: Rules;
}

/** Those whom policy would let approve this plan, tier by tier. Nobody else is asked. */
const entitled = (ports: AskPorts, events: readonly TraceEvent[], planned: PlanOnTrace): Approver[] => {
  const breakGlass = lastOf(events, 'plan.judged')?.data.freeze !== undefined;
  return ports.rules.settings.approvers.filter(
    ({ email }) => entitlement(ports, email, { planned, events }, breakGlass).mayApprove,
  );
};

const tiersUpTo = (people: readonly Approver[], tier: number): string[] =>
  people.filter((one) => one.tier <= tier).map((one) => one.email);

/** The tier up to which people must be asked at once for the quorum to be possible. */
const firstTier = (people: readonly Approver[], needed: number): number =>
  people.map((one) => one.tier).toSorted((a, b) => a - b)[Math.min(needed, people.length) - 1] ?? 1;

/** Keeps the newest task token: each wait of the state machine has its own. */
const rememberToken = async (ports: AskPorts, approvalId: string, question: Question): Promise<void> => {
  for (;;) {
    const { created, row } = await ports.ledger.create(questionRow(approvalId), question);
    if (created || (await ports.ledger.replace(questionRow(approvalId), question, row.version))) return;
  }
};

interface Round {
  readonly approvalId: string;
  readonly planned: PlanOnTrace;
  readonly expiresAt: string;
}

const sendTo = async (approvers: readonly string[], round: Round, journal: Journal, ports: AskPorts): Promise<void> => {
  for (const approver of approvers)
    await notifyOnce(journal, ports.notifier, 'approval', async () => {
      const { approvalId, planned, expiresAt } = round;
      const link = `${ports.pageUrl}/?t=${await signLink(ports.linkMac, { approvalId, approver, expiresAt })}`;
      return { ...approvalMessage(journal.events, planned, expiresAt, link), audience: approver };
    });
};

const run = async ({ state, taskToken }: ApproveInput, ports: AskPorts): Promise<undefined> => {
  const journal = await Journal.open(ports, 'approve', state);
  agentOf(ports.rules, state.agent);
  const planned = currentPlan(journal.eventsBefore);
  const { remindMinutes, expireMinutes } = ports.rules.settings.approval;
  const approvalId = approvalIdOf(state.incidentId, planned.digest);
  await rememberToken(ports, approvalId, { ...state, digest: planned.digest, taskToken });

  const people = entitled(ports, journal.eventsBefore, planned);
  const needed = lastOf(journal.eventsBefore, 'plan.judged')?.data.approvalsNeeded ?? 1;
  const { event: asked } = await journal.once('approval.asked', () => {
    const expiresAt = new Date(ports.clock.now().getTime() + expireMinutes * 60_000).toISOString();
    return {
      data: {
        approvalId,
        digest: planned.digest,
        approvers: tiersUpTo(people, firstTier(people, needed)),
        needed,
        expiresAt,
      },
    };
  });
  const round: Round = { approvalId, planned, expiresAt: asked.data.expiresAt };
  await sendTo(asked.data.approvers, round, journal, ports);

  const settled = await outcomeOf(ports.ledger, approvalId);
  const now = ports.clock.now().getTime();
  const late = now >= Date.parse(asked.data.expiresAt);
  const due = settled === undefined && !late ? Math.floor((now - Date.parse(asked.at)) / (remindMinutes * 60_000)) : 0;
  const reminded = allOf(journal.events, 'approval.reminded').filter(
    (event) => event.data.approvalId === approvalId,
  ).length;
  for (let count = 1; count <= Math.max(due, reminded); count += 1) {
    const { event } = await journal.once('approval.reminded', () => {
      const approvers = tiersUpTo(people, firstTier(people, needed) + count);
      return { data: { approvalId, approvers, round: count } };
    });
    await sendTo(event.data.approvers, round, journal, ports);
  }
  const nobody = people.length < asked.data.needed;
  if (settled === undefined && !late && !nobody) return undefined;
  const reason = nobody
    ? `Policy lets ${people.length} of the known approvers approve this plan, and ${asked.data.needed} must.`
    : 'Nobody answered in time.';
  const outcome =
    settled ?? (await recordOutcomeOnce(ports.ledger, approvalId, { outcome: 'expired', by: [], reason, grants: [] }));
  await finish(journal, ports, approvalId, planned, outcome);
  return undefined;
};

/**
 * Asks people about one plan, and reminds them. Step Functions enters it again at every reminder interval
 * with a new task token; what is due follows from the clock and the trace, so a retry sends nothing twice.
 */
export const ask: Step<ApproveInput, undefined, AskPorts> = {
  name: 'approve',
  input: ApproveInput,
  output: z.undefined(),
  run,
};
