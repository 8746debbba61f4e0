import type * as z from 'zod';
import { DryRunOutput, StepInput } from '../../contracts/flow.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { TraceEventOf } from '../../contracts/events.ts';
import { JsonObject } from '../../contracts/json.ts';
import { type DryRunCheck, type Inverse, type Plan } from '../../contracts/plan.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { canonical, digestOf } from '../../kernel/trace/canonical.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { diffOf } from '../../kernel/changes/diff.ts';
import { prepareChange } from '../../kernel/changes/proposed-change.ts';
import { fingerprintOf, readConfiguration } from '../../kernel/changes/snapshot.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import { dryRunOnly } from '../../kernel/changes/dry-run-only.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import { doctorRunOn, lastOf, plansOf } from '../../kernel/trace/queries.ts';
import { planReport } from '../../kernel/trace/plan-text.ts';
import type { ChangeCredentials, CloudAccess } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { testClusters, type ClusterTestPorts } from './cluster-test.ts';
import { lookingAgain, verificationWindow } from './verification-window.ts';
import { changeScopeOf } from '../../kernel/changes/change-scope.ts';
import { providerNamed } from '../../contracts/provider.ts';
import { providerOf } from '../../contracts/tool.ts';
import type { ToolPorts } from '../../tools/installed.ts';

export interface DryRunPorts extends ClusterTestPorts, ToolPorts {
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
}

type Proposal = TraceEventOf<'proposal.judged'>['data'];
type Rehearsed = { readonly plan: Plan } | { readonly reason: string; readonly checks: readonly DryRunCheck[] };

/** The rollback with what it does not bring back. A change that loses something cannot be undone, though its type can. */
const rollbackOf = ({ reversible, says }: Inverse, losses: readonly string[]): Plan['report']['rollback'] =>
  losses.length === 0
    ? { reversible, says }
    : { reversible: false, says: [says, 'That does not bring everything back.', ...losses].join(' ') };

const rehearse = async (
  proposal: Proposal,
  input: JsonObject,
  journal: Journal,
  agent: Agent,
  ports: DryRunPorts,
): Promise<Rehearsed> => {
  const tool = await ports.installed.catalogue.loadChange(proposal.tool);
  const context = toolContext(ports, tool.manifest, journal.events);
  const { change, inverse } = await prepareChange(tool, input, context, ports);
  const { target, before, after } = change;
  if (canonical({ target, before }) !== canonical({ target: proposal.target, before: proposal.before }))
    throw new ToolRefusal('The target changed since the proposal was authorized. Look at it again and propose again.');
  const configuration = await readConfiguration(tool, input, context);
  const session = await ports.credentials.assume(changeScopeOf(tool, change, journal, 'dry-run'));
  const rehearsal = dryRunOnly(session, providerNamed(ports.installed.providers, providerOf(tool.manifest)));
  const { cost, disruption, writtenBackAfter, ...found } = await tool.dryRun(change, { ...context, change: rehearsal });
  const checks = found.checks.map((check) => ({ ...check, detail: redactedText(check.detail) }));
  const refusal = checks.find((check) => check.outcome === 'refused');
  if (refusal !== undefined) return { reason: `${refusal.name}: ${refusal.detail}`, checks };
  const forAlarm = await verificationWindow(tool.manifest.stabilizeSeconds, agent, journal.events, ports);
  const window = lookingAgain(forAlarm, writtenBackAfter, agent);
  const shown = tool.shown(change);
  const report = {
    checks: [...checks, ...window.checks],
    diff: diffOf(shown.before, shown.after),
    cost: { ...cost, says: redactedText(cost.says) },
    disruption,
    rollback: rollbackOf(inverse, await tool.losses(change, context)),
  };
  const plan: Plan = {
    incidentId: journal.incident,
    agent: agent.name,
    tool: proposal.tool,
    ...(tool.manifest.heading !== undefined && { heading: tool.manifest.heading }),
    input,
    target,
    before,
    after,
    inverse,
    facts: proposal.facts,
    report,
    ...(window.verification && { verification: window.verification }),
    configuration,
    fingerprint: fingerprintOf({ target, state: before, configuration }),
    rulesHash: ports.rules.hash,
  };
  return { plan };
};

const run = async (input: StepInput, ports: DryRunPorts): Promise<z.infer<typeof DryRunOutput>> => {
  const journal = await Journal.open(ports, 'dry-run', input);
  if (doctorRunOn(journal.events) !== undefined) {
    await testClusters(journal, ports);
    return { ...input, seq: journal.seq, next: 'decide' };
  }
  const proposal = lastOf(journal.eventsBefore, 'proposal.judged')?.data;
  const toolInput = JsonObject.safeParse(proposal?.input);
  if (proposal?.verdict !== 'permitted' || !toolInput.success)
    throw contractBroken('DryRun was entered without a permitted proposal.');
  const agent = agentOf(ports.rules, input.agent);
  await journal.once('dry-run.finished', async () => {
    const result = await toolResult(() => rehearse(proposal, toolInput.data, journal, agent, ports));
    const { toolUseId, tool } = proposal;
    const rehearsed = result.ok ? result.value : { reason: result.error.message, checks: [] };
    if ('plan' in rehearsed) {
      const { plan } = rehearsed;
      const made = { handle: `P${plansOf(journal.events).length + 1}`, digest: digestOf(plan), plan };
      return { data: { made: true, ...made }, replies: [{ toolUseId, text: planReport(made), isError: false }] };
    }
    const { reason, checks } = rehearsed;
    const text = `The dry run rejected ${tool}; nothing was changed. ${reason}`;
    return {
      data: { made: false, tool, input: toolInput.data, checks: [...checks], reason },
      replies: [{ toolUseId, text, isError: true }],
    };
  });
  return { ...input, seq: journal.seq, next: 'decide' };
};

/** Dry-runs a permitted proposal, and makes a plan of it with the report. */
export const dryRun: Step<StepInput, z.infer<typeof DryRunOutput>, DryRunPorts> = {
  name: 'dry-run',
  input: StepInput,
  output: DryRunOutput,
  run,
};
