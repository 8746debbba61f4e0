import type * as z from 'zod';
import { DryRunOutput, StepInput } from '../../contracts/flow.ts';
import type { TraceEventOf } from '../../contracts/events.ts';
import { JsonObject } from '../../contracts/json.ts';
import type { DryRunCheck, Plan } from '../../contracts/plan.ts';
import type { Rules } from '../../contracts/rules.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { canonical, digestOf } from '../../kernel/trace/canonical.ts';
import { diffOf } from '../../kernel/changes/diff.ts';
import { prepareChange } from '../../kernel/changes/proposed-change.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { redactedWords } from '../../kernel/redaction/redactor.ts';
import { rehearsal } from '../../providers/aws/dry-run-only.ts';
import { locationOf } from '../../kernel/trace/location.ts';
import { lastOf, openingOf, plansOf } from '../../kernel/trace/queries.ts';
import { planReport } from '../../kernel/trace/plan-text.ts';
import type { ChangeCredentials, Clock, CloudAccess, Ledger } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { loadChangeTool } from '../../tools/load.ts';

export interface DryRunPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
  readonly rules: Rules;
}

type Proposal = TraceEventOf<'proposal.judged'>['data'];
type Rehearsed = { readonly plan: Plan } | { readonly rejected: string; readonly checks: readonly DryRunCheck[] };

const rehearse = async (
  proposal: Proposal,
  input: JsonObject,
  journal: Journal,
  agent: string,
  ports: DryRunPorts,
): Promise<Rehearsed> => {
  const tool = await loadChangeTool(proposal.tool);
  const context = {
    cloud: ports.cloud(tool.manifest.reads, locationOf(journal.events)),
    clock: ports.clock,
    alarm: openingOf(journal.events).data.alarm,
  };
  const { change, inverse, fingerprint } = await prepareChange(tool, input, context, ports.rules.settings);
  const { target, before, after } = change;
  if (canonical({ target, before }) !== canonical({ target: proposal.target, before: proposal.before }))
    throw new ToolRefusal('The target changed since the proposal was judged. Look at it again and propose again.');
  const session = await ports.credentials.assume({
    calls: tool.manifest.changes,
    targetArn: target.arn,
    location: locationOf(journal.events),
    sessionName: `dry-run-${journal.incident}`,
  });
  const { cost, disruption, ...found } = await tool.dryRun(change, { ...context, change: rehearsal(session) });
  const checks = found.checks.map((check) => ({ ...check, detail: redactedWords(check.detail) }));
  const refusal = checks.find((check) => check.outcome === 'refused');
  if (refusal !== undefined) return { rejected: `${refusal.name}: ${refusal.detail}`, checks };
  const report = {
    checks,
    diff: diffOf(before, after),
    cost: { ...cost, says: redactedWords(cost.says) },
    disruption,
    rollback: { reversible: inverse.reversible, says: inverse.says },
  };
  const plan: Plan = {
    incidentId: journal.incident,
    agent,
    tool: proposal.tool,
    input,
    target,
    before,
    after,
    inverse,
    facts: proposal.facts,
    report,
    fingerprint,
    rulesHash: ports.rules.hash,
  };
  return { plan };
};

const rehearseOrSay = async (...about: Parameters<typeof rehearse>): Promise<Rehearsed> => {
  try {
    return await rehearse(...about);
  } catch (error) {
    const told = asToolError(error);
    if (told === undefined) throw error;
    return { rejected: told.says, checks: [] };
  }
};

const run = async (input: StepInput, ports: DryRunPorts): Promise<z.infer<typeof DryRunOutput>> => {
  const journal = await Journal.open(ports, 'dry-run', input);
  const proposal = lastOf(journal.eventsBefore, 'proposal.judged')?.data;
  const toolInput = JsonObject.safeParse(proposal?.input);
  if (proposal?.verdict !== 'permitted' || !toolInput.success)
    throw contractBroken('DryRun was entered without a permitted proposal.');
  await journal.once('dry-run.finished', async () => {
    const rehearsed = await rehearseOrSay(proposal, toolInput.data, journal, input.agent, ports);
    const toolUseId = proposal.toolUseId;
    if ('rejected' in rehearsed)
      return {
        data: {
          made: false as const,
          tool: proposal.tool,
          input: toolInput.data,
          checks: [...rehearsed.checks],
          reason: rehearsed.rejected,
        },
        replies: [
          {
            toolUseId,
            text: `The dry run rejected ${proposal.tool}; nothing was changed. ${rehearsed.rejected}`,
            isError: true,
          },
        ],
      };
    const made = {
      handle: `P${plansOf(journal.events).length + 1}`,
      digest: digestOf(rehearsed.plan),
      plan: rehearsed.plan,
    };
    return { data: { made: true as const, ...made }, replies: [{ toolUseId, text: planReport(made), isError: false }] };
  });
  return { ...input, seq: journal.seq, next: 'decide' };
};

/** Shows what a permitted proposal would do, and makes a plan of it. */
export const dryRun: Step<StepInput, z.infer<typeof DryRunOutput>, DryRunPorts> = {
  name: 'dry-run',
  input: StepInput,
  output: DryRunOutput,
  run,
};
