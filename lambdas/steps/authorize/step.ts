import type * as z from 'zod';
import { AuthorizeOutput, StepInput } from '../../contracts/flow.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { Check } from '../../contracts/checks.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import type { EventData } from '../../contracts/events.ts';
import { POLICY_APPROVER } from '../../contracts/grant.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { incidentPolicy } from '../../kernel/policy/incident-policy.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { tripBreaker } from '../../kernel/limits/breaker.ts';
import { issueGrants } from '../../kernel/changes/grants.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { grantMinutes } from '../../kernel/changes/timing.ts';
import { doctorRunOn, findPlan, unansweredCalls, type PlanOnTrace, type ToolCall } from '../../kernel/trace/queries.ts';
import type { Step } from '../../runtime/step.ts';
import { authorizePlan } from './confirmation.ts';
import type { AuthorizePorts } from './ports.ts';
import { authorizeProposal } from './proposal.ts';
import { refOf } from '../../contracts/plan.ts';

type Output = z.infer<typeof AuthorizeOutput>;

const refusalOf = (checks: readonly Check[]): string => {
  const refusal = checks.find((check) => check.outcome === 'refused');
  return refusal === undefined ? '' : `Refused (${refusal.check}): ${refusal.reason}`;
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
      : {
          data,
          replies: [
            {
              toolUseId: call.id,
              text: [refusalOf(data.checks), ...(data.instead === undefined ? [] : [data.instead])].join('\n'),
              isError: true,
            },
          ],
        };
  });
  const { trips, target, verdict } = event.data;
  if (trips !== null && target !== null) await tripBreaker(journal, ports, { scope: refOf(target), ...trips });
  return verdict === 'permitted' ? 'dry-run' : 'decide';
};

/** Without the key for grants of policies, no policy of this deployment permits this, and nothing is granted. */
const issueUnattended = async (
  { events }: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  planned: PlanOnTrace,
): Promise<EventData<'grant.issued'>> => {
  const { unattendedMac: mac } = ports;
  if (mac === undefined)
    throw new StepError(
      ERROR.misconfigured,
      'Policy lets a plan through without a person, but this deployment has no key for such grants.',
      'Deploy the stack again: it creates the key if a policy can permit a change without a person.',
    );
  const approval = { approvers: unattendedBy(incidentPolicy(ports, events), agent, planned), breakGlass: false };
  const grants = await issueGrants({ ...ports, mac }, planned, approval, grantMinutes(ports.rules.settings, agent));
  return { digest: planned.digest, grants };
};

/** The policies that permit a plan to be applied without a human. Their ids are the approvers of the grant. */
const unattendedBy = (policy: PolicyEngine, agent: Agent, { plan }: PlanOnTrace): string[] => {
  const decision = policy.mayApplyUnattended({ ...plan, agent });
  if (decision.verdict === 'refused') throw contractBroken(`A plan was let through, and then not: ${decision.reason}`);
  return decision.statements.map((one) => `${POLICY_APPROVER}${one.id}`);
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
  const planned = digest === null ? undefined : findPlan(journal.events, digest);
  if (trips !== null && planned !== undefined)
    await tripBreaker(journal, ports, { scope: refOf(planned.plan.target), ...trips });
  switch (verdict) {
    case 'refused':
      return 'decide';
    case 'needs-approval':
      return 'approve';
    case 'unattended': {
      if (planned === undefined) throw contractBroken('A plan was let through that is not on the trace.');
      await journal.once('grant.issued', async () => ({ data: await issueUnattended(journal, ports, agent, planned) }));
      return 'apply';
    }
  }
};

const run = async (input: StepInput, ports: AuthorizePorts): Promise<Output> => {
  const journal = await Journal.open(ports, 'authorize', input);
  // There is nothing to authorize: no tool is called, and the dry run only tests clusters.
  if (doctorRunOn(journal.events) !== undefined) return { ...input, seq: journal.seq, next: 'dry-run' };
  const agent = agentOf(ports.rules, input.agent);
  const call = unansweredCalls(journal.eventsBefore)[0];
  if (call === undefined) throw contractBroken('Authorize was entered without a call to authorize.');
  const next =
    call.name === 'confirm_plan'
      ? await onConfirmation(journal, ports, agent, call)
      : await onProposal(journal, ports, agent, call);
  return { ...input, seq: journal.seq, next };
};

/** Runs the kernel's checks, policy among them, on a proposal or on a confirmed plan. */
export const authorize: Step<StepInput, Output, AuthorizePorts> = {
  name: 'authorize',
  input: StepInput,
  output: AuthorizeOutput,
  run,
};
