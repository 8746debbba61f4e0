import * as z from 'zod';
import { ApproveInput } from '../contracts/flow.ts';
import type { Rules } from '../contracts/rules.ts';
import type { Approver } from '../contracts/settings.ts';
import { agentOf } from '../kernel/agents.ts';
import { Journal } from '../kernel/journal.ts';
import { notifyOnce } from '../kernel/notify.ts';
import type { PolicyEngine } from '../kernel/policy.ts';
import { lastOf, planInHand, type PlanOnTrace } from '../kernel/trace.ts';
import type { Callbacks, Clock, Ledger, MacGenerator, Notifier } from '../ports.ts';
import type { Step } from '../step.ts';
import { signLink } from './link.ts';
import { approvalMessage } from './message.ts';
import { approvalIdOf, finish, Question, questionRow, settleOnce, settlementOf } from './settlement.ts';

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
const entitled = (ports: AskPorts, { plan }: PlanOnTrace): Approver[] =>
  ports.rules.settings.approvers.filter(
    (approver) => ports.policy.mayApprove({ approver, tool: plan.tool, target: plan.target, facts: plan.facts, report: plan.report }).verdict === 'permitted',
  );

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
  const planned = planInHand(journal.eventsBefore);
  const { remindMinutes, expireMinutes } = ports.rules.settings.approval;
  const approvalId = approvalIdOf(state.incidentId, planned.digest);
  await rememberToken(ports, approvalId, { ...state, digest: planned.digest, taskToken });

  const people = entitled(ports, planned);
  const emails = (tier: number): string[] => people.filter((one) => one.tier <= tier).map((one) => one.email);
  const { event: asked } = await journal.once('approval.asked', () => {
    const expiresAt = new Date(ports.clock.now().getTime() + expireMinutes * 60_000).toISOString();
    const needed = lastOf(journal.events, 'plan.judged')?.data.approvalsNeeded ?? 1;
    return { data: { approvalId, digest: planned.digest, approvers: emails(1), needed, expiresAt } };
  });
  const round: Round = { approvalId, planned, expiresAt: asked.data.expiresAt };
  await sendTo(asked.data.approvers, round, journal, ports);

  const settled = await settlementOf(ports.ledger, approvalId);
  const now = ports.clock.now().getTime();
  const late = now >= Date.parse(asked.data.expiresAt);
  const due = Math.floor((now - Date.parse(asked.at)) / (remindMinutes * 60_000));
  for (let count = 1; settled === undefined && !late && count <= due; count += 1) {
    const { event } = await journal.once('approval.reminded', () => ({ data: { approvalId, approvers: emails(1 + count), round: count } }));
    await sendTo(event.data.approvers, round, journal, ports);
  }
  const nobody = people.length < asked.data.needed;
  if (settled === undefined && !late && !nobody) return undefined;
  const reason = nobody ? `Policy lets ${people.length} of the known approvers approve this plan, and ${asked.data.needed} must.` : 'Nobody answered in time.';
  const settlement = settled ?? (await settleOnce(ports.ledger, approvalId, { outcome: 'expired', by: [], reason, grants: [] }));
  await finish(journal, ports, approvalId, planned, settlement);
  return undefined;
};

/**
 * Asks people about one plan, and reminds them. Step Functions enters it again at every reminder interval
 * with a new task token; what is due follows from the clock and the trace, so a retry sends nothing twice.
 */
export const ask: Step<ApproveInput, undefined, AskPorts> = { name: 'approve', input: ApproveInput, output: z.undefined(), run };
