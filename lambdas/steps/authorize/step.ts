import type * as z from 'zod';
import { AuthorizeOutput, StepInput } from '../../contracts/flow.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { Check } from '../../contracts/checks.ts';
import type { EventData } from '../../contracts/events.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { tripBreaker } from '../../kernel/limits/breaker.ts';
import { issueGrants } from '../../kernel/changes/grants.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { grantMinutes } from '../../kernel/changes/timing.ts';
import { findPlan, unansweredCalls, type PlanOnTrace, type ToolCall } from '../../kernel/trace/queries.ts';
import type { Step } from '../../runtime/step.ts';
import { authorizePlan } from './confirmation.ts';
import type { AuthorizePorts } from './ports.ts';
import { authorizeProposal } from './proposal.ts';

type Output = z.infer<typeof AuthorizeOutput>;

const refusalOf = (checks: readonly Check[]): string => {
  const refusal = checks.find((check) => check.outcome === 'refused');
  return refusal === undefined ? '' : `Refused (${refusal.check}): ${refusal.reason}`;
};

const trip = async (
  journal: Journal,
  ports: AuthorizePorts,
  trips: EventData<'plan.judged'>['trips'],
  targetArn: string | undefined,
): Promise<void> => {
  if (trips === null || targetArn === undefined) return;
  await journal.once('breaker.tripped', async () => {
    await tripBreaker(ports.ledger, targetArn, { ...trips, incidentId: journal.incident, at: ports.clock.now() });
    return { data: { scope: targetArn, ...trips } };
  });
};

const onProposal = async (
  journal: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  call: ToolCall,
): Promise<Output['next']> => {
  const { event } = await journal.once('proposal.judged', async () => {
    const data = await authorizeProposal(journal, ports, agent, call);
    return data.verdict === 'permitted'
      ? { data }
      : { data, replies: [{ toolUseId: call.id, text: refusalOf(data.checks), isError: true }] };
  });
  await trip(journal, ports, event.data.trips, event.data.target?.arn);
  return event.data.verdict === 'permitted' ? 'dry-run' : 'decide';
};

/** The policies in whose name a plan is applied without a human: those that said yes to just that. */
const unattendedBy = ({ policy }: AuthorizePorts, agent: Agent, { plan }: PlanOnTrace): string[] => {
  const ruling = policy.mayApplyUnattended({ ...plan, agent });
  if (ruling.verdict === 'refused') throw contractBroken(`A plan was let through, and then not: ${ruling.reason}`);
  return ruling.statements.map((one) => `policy:${one.id}`);
};

const onConfirmation = async (
  journal: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  call: ToolCall,
): Promise<Output['next']> => {
  const { event } = await journal.once('plan.judged', async () => {
    const data = await authorizePlan(journal, ports, agent, call);
    return data.verdict === 'refused'
      ? { data, replies: [{ toolUseId: call.id, text: refusalOf(data.checks), isError: true }] }
      : { data };
  });
  const { digest, verdict, trips } = event.data;
  const plan = digest === null ? undefined : findPlan(journal.events, digest);
  await trip(journal, ports, trips, plan?.plan.target.arn);
  switch (verdict) {
    case 'refused':
      return 'decide';
    case 'needs-approval':
      return 'approve';
    case 'unattended': {
      if (plan === undefined) throw contractBroken('A plan was let through that is not on the trace.');
      const minutes = grantMinutes(ports.rules.settings, agent);
      await journal.once('grant.issued', async () => ({
        data: {
          digest: plan.digest,
          grants: await issueGrants(
            ports,
            plan,
            { approvers: unattendedBy(ports, agent, plan), breakGlass: false },
            minutes,
          ),
        },
      }));
      return 'apply';
    }
  }
};

const run = async (input: StepInput, ports: AuthorizePorts): Promise<Output> => {
  const journal = await Journal.open(ports, 'authorize', input);
  const agent = agentOf(ports.rules, input.agent);
  const call = unansweredCalls(journal.eventsBefore)[0];
  if (call === undefined) throw contractBroken('Authorize was entered without a call to judge.');
  const next =
    call.name === 'confirm_plan'
      ? await onConfirmation(journal, ports, agent, call)
      : await onProposal(journal, ports, agent, call);
  return { ...input, seq: journal.seq, next };
};

/** Holds a proposal, or a confirmed plan, to the kernel's checks and to policy. */
export const authorize: Step<StepInput, Output, AuthorizePorts> = {
  name: 'authorize',
  input: StepInput,
  output: AuthorizeOutput,
  run,
};
