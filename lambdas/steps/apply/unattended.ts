import type { EventData } from '../../contracts/events.ts';
import { ToolRefusal } from '../../contracts/errors.ts';
import { passed, refused, type CheckResult, type SharedValue } from '../../kernel/changes/checks.ts';
import { approvedBy, bindingFault, wasRedeemedUnattended } from '../../kernel/changes/grants.ts';
import type { ProposedChange } from '../../kernel/changes/proposed-change.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { incidentPolicy } from '../../kernel/policy/incident-policy.ts';
import { decidePlan } from '../../kernel/policy/plan-decision.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, openingOf } from '../../kernel/trace/queries.ts';
import { dryRunOnly } from '../../kernel/changes/dry-run-only.ts';
import type { ApplyPorts } from './ports.ts';
import type { PendingChange } from './pending-change.ts';
import type { FactsNow, Now } from './reevaluation.ts';
import { changeScopeOf } from '../../kernel/changes/change-scope.ts';
import { providerNamed } from '../../contracts/provider.ts';
import { providerOf } from '../../contracts/tool.ts';

/** Whether policies approved the change, alone or in one grant with people. */
export const isUnattended = ({ grant }: PendingChange): boolean =>
  grant !== undefined && approvedBy(grant) !== 'people';

/**
 * Judges a change that no person approved. Every function may append to a trace, and Authorize issues the grants of
 * policies, so plan, facts and price on the trace prove nothing here: Apply computes all of it again and asks policy
 * itself.
 */
export const checkUnattended = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
  now: SharedValue<Now>,
): Promise<CheckResult> => {
  if (pending.purpose === 'rollback') return checkUndone(pending, journal, ports);
  const { facts } = await now.get();
  if (!facts.ok) return refused(facts.error.message);
  const result = await toolResult(() => policyNow(pending, facts.value, journal, ports));
  return result.ok ? result.value : refused(result.error.message);
};

const policyNow = async (
  pending: PendingChange,
  now: FactsNow,
  journal: Journal,
  ports: ApplyPorts,
): Promise<CheckResult> => {
  const { tool, planned } = pending;
  const { proposed, facts } = now;
  if (allOf(journal.events, 'approval.asked').some(({ data }) => data.digest === planned.digest))
    return refused('People were asked about this plan, so policy alone does not let it through.');
  // Nobody looks between two tries, so the second one is a proposal of its own, as Authorize has it.
  if (allOf(journal.events, 'apply.finished').some(({ data }) => isTried(data, planned.digest)))
    return refused('This plan was tried before, and policy alone lets it through once. Propose the change again.');
  const agent = agentOf(ports.rules, openingOf(journal.events).data.agent);
  const { name } = tool.manifest;
  if (!agent.tools.change.some((one) => one === name)) return refused(`${name} is not granted to ${agent.name}.`);
  throwIfMadeUp(pending, proposed);
  const { target } = proposed.change;
  const report = { cost: await costNow(pending, proposed, journal, ports) };
  const policy = incidentPolicy(ports, journal.events);
  const decision = decidePlan(policy, { agent, tool: name, target, facts, report, breakGlass: false });
  const { plan, unattended } = decision.asked;
  return decision.verdict === 'unattended'
    ? passed(`Policy permits the change without a person: ${unattended?.reason ?? plan.reason}`)
    : refused(`The change may be made, but not without a person: ${(unattended ?? plan).reason}`);
};

const isTried = ({ digest, purpose }: EventData<'apply.finished'>, planned: string): boolean =>
  digest === planned && purpose === 'apply';

/** Target, result and rollback follow from the input and from the target as it is. */
const throwIfMadeUp = ({ planned: { plan } }: PendingChange, { change, inverse }: ProposedChange): void => {
  const { target, before, after } = change;
  const { target: t, before: b, after: a, inverse: i } = plan;
  if (canonical({ target, before, after, inverse }) !== canonical({ target: t, before: b, after: a, inverse: i }))
    throw new ToolRefusal('The plan is not the change that its input makes to the target as it is now.');
};

/** The price as a dry run of now finds it. */
const costNow = async (
  { tool, context }: PendingChange,
  { change }: ProposedChange,
  journal: Journal,
  { credentials, installed }: ApplyPorts,
) => {
  const session = await credentials.assume(changeScopeOf(tool, change, journal, 'dry-run'));
  const provider = providerNamed(installed.providers, providerOf(tool.manifest));
  return (await tool.dryRun(change, { ...context, change: dryRunOnly(session, provider) })).cost;
};

/** A policy's grant to roll back is for a change that policy let through, and that this function made. */
const checkUndone = async (
  { planned: { digest } }: PendingChange,
  { events, incident }: Journal,
  ports: ApplyPorts,
): Promise<CheckResult> => {
  const wanted = { incidentId: incident, digest, purpose: 'apply' as const };
  const grants = allOf(events, 'grant.issued').flatMap(({ data }) => data.grants);
  for (const grant of grants.filter((one) => one.purpose === 'apply' && approvedBy(one) === 'policies')) {
    const fault = await bindingFault(ports, grant, wanted);
    if (fault === undefined && (await wasRedeemedUnattended(ports.ledger, grant)))
      return passed('The change was made without a person, and so may be undone without one.');
  }
  return refused('The change was not applied without a person, so it is not undone without one.');
};
