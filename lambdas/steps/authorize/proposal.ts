import type { Agent } from '../../contracts/agent.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { EventData } from '../../contracts/events.ts';
import {
  passed,
  passedUnless,
  refused,
  runChecks,
  SharedValue,
  type CheckResult,
} from '../../kernel/changes/checks.ts';
import { factsAbout, prepareChange } from '../../kernel/changes/proposed-change.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import { checkRate } from '../../kernel/limits/rate.ts';
import { admit } from '../../kernel/model/admission.ts';
import { incidentPolicy } from '../../kernel/policy/incident-policy.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import type { ToolCall } from '../../kernel/trace/queries.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import { insteadText } from './instead-text.ts';
import type { AuthorizePorts } from './ports.ts';
import { checkProposalBudget } from './proposal-budget.ts';
import { refOf } from '../../contracts/plan.ts';

/** Runs the checks on a proposed change, in this order. */
export const authorizeProposal = async (
  journal: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  call: ToolCall,
): Promise<EventData<'proposal.judged'>> => {
  const proposal = proposalOf(journal, ports, agent, call);
  const { checks, refusal } = await runChecks([
    { check: 'schema', run: () => checkSchema(proposal) },
    { check: 'allowlist', run: () => checkAllowlist(proposal) },
    { check: 'budget', run: () => checkProposalBudget(agent, journal.eventsBefore) },
    { check: 'switch', run: () => checkSwitch(ports) },
    { check: 'target', run: () => checkTarget(proposal) },
    { check: 'breaker', run: () => checkBreakers(proposal, ports) },
    { check: 'rate', run: () => checkChangeRate(proposal, ports) },
    { check: 'facts', run: () => checkFacts(proposal) },
    { check: 'policy', run: () => checkPolicy(proposal) },
  ]);
  const { change, tool } = proposal.prepared.known ?? {};
  const decision = proposal.decision.known;
  return {
    toolUseId: call.id,
    tool: call.name,
    ...(tool?.manifest.heading !== undefined && { heading: tool.manifest.heading }),
    input: call.input,
    target: change?.target ?? null,
    before: change?.before ?? null,
    after: change?.after ?? null,
    checks,
    facts: proposal.facts.known ?? {},
    statements: decision?.statements ?? [],
    trips: decision?.tripsBreaker ?? null,
    verdict: refusal === undefined ? 'permitted' : 'refused',
    ...(refusal?.check === 'policy' && (await insteadOf(proposal))),
  };
};

/** What the tool adds to a refusal of policy. It explains only, so what cannot be read leaves the refusal as it is. */
const insteadOf = async ({ prepared, facts }: Proposal): Promise<{ readonly instead?: string }> => {
  const { tool, change, context } = await prepared.get();
  const known = await facts.get();
  const found = await toolResult(() => tool.whenRefused(change, known, context));
  if (!found.ok || found.value === undefined) return {};
  return { instead: insteadText(found.value) };
};

/** A change call, and what the checks find out about it. */
const proposalOf = (journal: Journal, ports: AuthorizePorts, agent: Agent, call: ToolCall) => {
  const admission = admit(agent, call, ports.installed.catalogue);
  const prepared = new SharedValue(async () => {
    if (admission.kind !== 'change') throw contractBroken(`${call.name} was not admitted as a change.`);
    const tool = await ports.installed.catalogue.loadChange(call.name);
    const context = toolContext(ports, tool.manifest, journal.events);
    return { tool, context, ...(await prepareChange(tool, admission.input, context, ports)) };
  });
  const facts = new SharedValue(async () => {
    const { tool, context, ...proposed } = await prepared.get();
    return factsAbout(tool, proposed, context, ports.ledger, journal.events);
  });
  const decision = new SharedValue(async () => {
    const { target } = (await prepared.get()).change;
    const question = { agent, tool: call.name, target, facts: await facts.get(), phase: 'proposal' } as const;
    return incidentPolicy(ports, journal.events).mayPropose(question);
  });
  return { agent, call, admission, prepared, facts, decision };
};
type Proposal = ReturnType<typeof proposalOf>;

const checkSchema = ({ admission }: Proposal): CheckResult | undefined => {
  if (admission.kind === 'change') return passed('The input fits the schema of the tool.');
  return admission.kind === 'refused' && admission.check === 'schema' ? refused(admission.reason) : undefined;
};

const checkAllowlist = ({ agent, call, admission }: Proposal): CheckResult => {
  if (admission.kind === 'change') return passed(`${call.name} is granted to ${agent.name}.`);
  return refused(admission.kind === 'refused' ? admission.reason : `${call.name} is not a change tool.`);
};

const checkSwitch = async (ports: AuthorizePorts): Promise<CheckResult> =>
  (await ports.switch.read()) === 'off'
    ? refused('The kill switch is off. Nothing may be proposed; conclude or escalate.')
    : passed('The kill switch lets proposals through.');

const checkTarget = async ({ prepared }: Proposal): Promise<CheckResult> => {
  const result = await toolResult(() => prepared.get());
  if (!result.ok) return refused(result.error.message);
  const { target } = result.value.change;
  return passed(`${refOf(target)}, environment ${target.environment}.`);
};

const checkBreakers = async ({ agent, prepared }: Proposal, { ledger }: AuthorizePorts): Promise<CheckResult> => {
  const { target } = (await prepared.get()).change;
  const tripped = await trippedBreaker(ledger, agent.name, refOf(target));
  return passedUnless(tripped, 'The circuit breakers of agent and target are closed.');
};

const checkChangeRate = async ({ call, prepared }: Proposal, ports: AuthorizePorts): Promise<CheckResult> => {
  const { target } = (await prepared.get()).change;
  const change = { tool: call.name, targetArn: refOf(target) };
  const { changesPerHour } = ports.rules.settings;
  const tooMany = await checkRate(ports.ledger, change, changesPerHour, ports.clock.now());
  return passedUnless(tooMany, 'Tool and target have not been changed too often in the last hour.');
};

const checkFacts = async ({ facts }: Proposal): Promise<CheckResult> => {
  const result = await toolResult(() => facts.get());
  return result.ok ? passed(`${Object.keys(result.value).length} facts were computed.`) : refused(result.error.message);
};

const checkPolicy = async ({ decision }: Proposal): Promise<CheckResult> => {
  const { verdict, reason } = await decision.get();
  return verdict === 'refused' ? refused(reason) : passed(reason);
};
