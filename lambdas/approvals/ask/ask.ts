import * as z from 'zod';
import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { ApproveInput } from '../../contracts/flow.ts';
import type { Callbacks, MacGenerator, Notifier, StepPorts } from '../../contracts/ports.ts';
import { mailOf, type Approver } from '../../contracts/approver.ts';
import { put } from '../../kernel/limits/rows.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { notifyOnce } from '../../kernel/model/notify.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { fewestApprovals } from '../../kernel/policy/incident-policy.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { allOf, lastOf, currentPlan, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import type { Step } from '../../runtime/step.ts';
import { signLink } from '../answer/approval-link.ts';
import { closeApproval, outcomeOf, recordOutcomeOnce, type ApprovalOutcome } from '../answer/outcome.ts';
import { approvalIdOf } from '../../kernel/trace/approval-id.ts';
import { entitlement, questionRow } from '../answer/question.ts';
import { approvalMessage } from './message.ts';
import { requestNumber } from './request.ts';

export interface AskPorts extends StepPorts {
  readonly policy: PolicyEngine;
  /** Signs links. It cannot sign grants: that is another key. */
  readonly linkMac: MacGenerator;
  readonly notifier: Notifier;
  readonly callbacks: Callbacks;
  /** Where the approval page is, without a trailing slash. */
  readonly pageUrl: string;
}

/** One question, the people who may answer it, and the trace on which it is recorded. */
interface AskContext {
  readonly approvalId: string;
  readonly planned: PlanOnTrace;
  readonly people: readonly Approver[];
  readonly journal: Journal;
}

/** The approvers whom policy lets approve this plan. Nobody else is asked. */
const entitledApprovers = (ports: AskPorts, events: readonly TraceEvent[], planned: PlanOnTrace): Approver[] => {
  const breakGlass = lastOf(events, 'plan.judged')?.data.freeze !== undefined;
  return ports.rules.settings.approvers.filter(
    ({ id }) => entitlement(ports, id, { planned, events }, breakGlass).mayApprove,
  );
};

const tiersUpTo = (people: readonly Approver[], tier: number): string[] =>
  people.filter((one) => one.tier <= tier).map((one) => one.id);

/** The lowest tier that, together with the tiers below it, has enough people for the quorum. */
const firstTier = (people: readonly Approver[], needed: number): number =>
  people.map((one) => one.tier).toSorted((a, b) => a - b)[Math.min(needed, people.length) - 1] ?? 1;

const sendLinks = async (
  approvers: readonly string[],
  expiresAt: string,
  { approvalId, planned, journal }: AskContext,
  ports: AskPorts,
): Promise<void> => {
  for (const approver of approvers)
    await notifyOnce(journal, ports.notifier, 'approval', async () => {
      const link = `${ports.pageUrl}/?t=${await signLink(ports.linkMac, { approvalId, approver, expiresAt })}`;
      const number = requestNumber(journal.events, approvalId, approver);
      const request = { approver, link, expiresAt, now: ports.clock.now(), number };
      return {
        ...approvalMessage(journal.events, planned, request),
        audience: mailOf(ports.rules.settings.approvers, approver),
      };
    });
};

const askOnce = async (context: AskContext, ports: AskPorts): Promise<TraceEventOf<'approval.asked'>> => {
  const { approvalId, planned, people, journal } = context;
  const judged = lastOf(journal.eventsBefore, 'plan.judged')?.data;
  const needed = Math.max(judged?.approvalsNeeded ?? 1, fewestApprovals(journal.eventsBefore));
  const { event: asked } = await journal.once('approval.asked', async () => {
    const minutes = ports.rules.settings.approval.expireMinutes;
    const expiresAt = new Date(ports.clock.now().getTime() + minutes * 60_000).toISOString();
    const approvers = tiersUpTo(people, firstTier(people, needed));
    return { data: { approvalId, digest: planned.digest, approvers, needed, expiresAt } };
  });
  await sendLinks(asked.data.approvers, asked.data.expiresAt, context, ports);
  return asked;
};

/** Sends the reminders that are due, each to one tier more. A retry replays those that an earlier attempt recorded. */
const remind = async (
  due: number,
  { needed, expiresAt }: TraceEventOf<'approval.asked'>['data'],
  context: AskContext,
  ports: AskPorts,
): Promise<void> => {
  const { approvalId, people, journal } = context;
  const reminders = allOf(journal.events, 'approval.reminded');
  const recorded = reminders.filter(({ data }) => data.approvalId === approvalId).length;
  for (let round = 1; round <= Math.max(due, recorded); round += 1) {
    const { event } = await journal.once('approval.reminded', async () => {
      const approvers = tiersUpTo(people, firstTier(people, needed) + round);
      return { data: { approvalId, approvers, round } };
    });
    await sendLinks(event.data.approvers, expiresAt, context, ports);
  }
};

const run = async ({ state, taskToken }: ApproveInput, ports: AskPorts): Promise<undefined> => {
  const journal = await Journal.open(ports, 'approve', state);
  // Throws if the agent was removed by a deployment.
  agentOf(ports.rules, state.agent);
  const planned = currentPlan(journal.eventsBefore);
  const approvalId = approvalIdOf(state.incidentId, planned.digest);
  // Each wait of the state machine has a task token of its own; the newest one counts.
  await put(
    ports.ledger,
    questionRow(approvalId),
    { ...state, digest: planned.digest, taskToken, pageUrl: ports.pageUrl },
    () => true,
  );

  const people = entitledApprovers(ports, journal.eventsBefore, planned);
  const context: AskContext = { approvalId, planned, people, journal };
  const asked = await askOnce(context, ports);

  const decided = await outcomeOf(ports.ledger, approvalId);
  const now = ports.clock.now().getTime();
  const late = now >= Date.parse(asked.data.expiresAt);
  const interval = ports.rules.settings.approval.remindMinutes * 60_000;
  const due = decided === undefined && !late ? Math.floor((now - Date.parse(asked.at)) / interval) : 0;
  await remind(due, asked.data, context, ports);

  const tooFew = people.length < asked.data.needed;
  if (decided === undefined && !late && !tooFew) return undefined;
  const reason = tooFew
    ? `Policy lets ${people.length} of the known approvers approve this plan, but ${asked.data.needed} are needed.`
    : 'Nobody answered in time.';
  const expired: ApprovalOutcome = { outcome: 'expired', by: [], reason, grants: [] };
  const outcome = decided ?? (await recordOutcomeOnce(ports.ledger, approvalId, expired));
  await closeApproval(approvalId, outcome, { planned, journal, announcer: 'ask' }, ports);
  return undefined;
};

/**
 * Asks people about one plan, reminds them, and lets the question expire. Step Functions enters this step again at
 * every reminder interval with a new task token. Clock and trace determine what is due, so a retry sends nothing twice.
 */
export const ask: Step<ApproveInput, undefined, AskPorts> = {
  name: 'approve',
  input: ApproveInput,
  output: z.undefined(),
  run,
};
