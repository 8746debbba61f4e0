import type * as z from 'zod';
import { ObserveOutput, StepInput } from '../../contracts/flow.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { Json } from '../../contracts/json.ts';
import { admit } from '../../kernel/model/admission.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { firstLookCalls, valuesOf } from '../../kernel/model/first-look.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import type { EventEntry } from '../../kernel/trace/next-event.ts';
import { earlierIncidents } from '../../kernel/limits/history.ts';
import { historyKeyOf, targetKeyOf } from '../../kernel/limits/history-key.ts';
import { historyText } from '../../kernel/limits/history-text.ts';
import { redactorOf, type Redactor } from '../../kernel/redaction/redactor.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import { evidenceByHandle, lastOf, openingOf, unansweredCalls } from '../../kernel/trace/queries.ts';
import { suspicionsIn } from '../../kernel/redaction/suspicions.ts';
import { fenced, fenceOf } from '../../kernel/redaction/untrusted.ts';
import type { CloudAccess, Ids, StepPorts } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { contentFilter, type ContentFilterPorts } from './content-filter.ts';
import type { ToolPorts } from '../../tools/installed.ts';

export interface ObservePorts extends StepPorts, ToolPorts, ContentFilterPorts {
  readonly ids: Ids;
  readonly cloud: CloudAccess;
}

interface ObserveCall {
  readonly toolUseId: string | null;
  readonly tool: string;
  readonly input: Json;
  /** What was found already, without a tool. */
  readonly found?: string;
}

type Finding = { readonly outcome: 'ok' | 'failed'; readonly text: string; readonly durationMs: number };

/** Stands as the tool of the evidence about earlier incidents. No agent can call it. */
const EARLIER_INCIDENTS = 'earlier_incidents';
/** Earlier incidents that the first look tells of. */
const MOST_EARLIER = 5;

/**
 * What the ledger knows about earlier incidents of the same subject or instance, before the first look. A retry looks only if
 * the first attempt recorded no evidence yet, since another incident may have closed meanwhile.
 */
const historyBefore = async (journal: Journal, { ledger }: StepPorts): Promise<ObserveCall[]> => {
  const recorded = journal.events.filter((event) => event.kind === 'evidence.gathered').at(0)?.data;
  const opening = openingOf(journal.events);
  const about = { toolUseId: null, tool: EARLIER_INCIDENTS, input: {} };
  if (recorded !== undefined) return recorded.tool === EARLIER_INCIDENTS ? [{ ...about, found: recorded.text }] : [];
  const keys = { subject: historyKeyOf(opening), target: targetKeyOf(opening) };
  const earlier = await earlierIncidents(ledger, keys, MOST_EARLIER);
  return earlier.length === 0 ? [] : [{ ...about, found: historyText(earlier, opening.at) }];
};

/** The agent's first look. Calls for which the event has no values are skipped, and recorded once. */
const firstLook = async (agent: Agent, journal: Journal): Promise<ObserveCall[]> => {
  const calls = firstLookCalls(agent, valuesOf(openingOf(journal.events)));
  const skipped = calls.flatMap(({ tool, skipped: reason }) => (reason === undefined ? [] : [{ tool, reason }]));
  if (skipped.length > 0) await journal.once('first-look.skipped', () => ({ data: { calls: skipped } }));
  return calls
    .filter((call) => call.skipped === undefined)
    .map(({ tool, input }) => ({ toolUseId: null, tool, input }));
};

/** The observe calls of the newest turn, also those that the rules of this deployment no longer admit: they get an answer. */
const callsOfTurn = (agent: Agent, journal: Journal, { installed }: ObservePorts): ObserveCall[] =>
  unansweredCalls(journal.eventsBefore)
    .filter((call) => ['observe', 'refused'].includes(admit(agent, call, installed.catalogue).kind))
    .map((call) => ({ toolUseId: call.id, tool: call.name, input: call.input }));

const callTool = async (
  observeCall: ObserveCall,
  agent: Agent,
  journal: Journal,
  ports: ObservePorts,
): Promise<Finding> => {
  const started = ports.clock.now().getTime();
  const found = (outcome: Finding['outcome'], text: string): Finding => ({
    outcome,
    text,
    durationMs: ports.clock.now().getTime() - started,
  });
  if (observeCall.found !== undefined) return found('ok', observeCall.found);
  const { toolUseId, tool: name, input } = observeCall;
  const admission = admit(agent, { id: toolUseId ?? '', name, input }, ports.installed.catalogue);
  if (admission.kind !== 'observe')
    return found('failed', admission.kind === 'refused' ? admission.reason : `${observeCall.tool} does not only read.`);
  const tool = await ports.installed.catalogue.loadObserve(observeCall.tool);
  const context = toolContext(ports, admission.manifest, journal.events);
  const result = await toolResult(() => tool.run(admission.input, context));
  return result.ok ? found('ok', result.value) : found('failed', result.error.message);
};

/** The event for a finding. It is redacted first and then sent through the guardrail. */
const entryFor = async (
  observeCall: ObserveCall,
  finding: Finding | undefined,
  redactor: Redactor,
  filter: ReturnType<typeof contentFilter>,
  journal: Journal,
): Promise<EventEntry<'evidence.gathered'>> => {
  if (finding === undefined) throw contractBroken(`${observeCall.tool} was to be recorded without having been called.`);
  const { tool, input, toolUseId } = observeCall;
  const evidence = `E${evidenceByHandle(journal.events).size + 1}`;
  const redacted = redactor.text(finding.text);
  const filtered = await filter(redacted.text);
  const { text } = filtered;
  const outcome = redacted.withheld || filtered.withheld ? 'failed' : finding.outcome;
  const fence = fenceOf(openingOf(journal.events).hash);
  return {
    data: {
      evidence,
      tool,
      input,
      toolUseId,
      outcome,
      text,
      clipped: redacted.clipped,
      redactions: redacted.redactions + filtered.masked,
      suspicions: [...suspicionsIn(redacted.text), ...filtered.suspicions],
      durationMs: finding.durationMs,
    },
    replies: [{ toolUseId, text: fenced(fence, evidence, tool, text), isError: outcome === 'failed' }],
  };
};

const run = async (input: StepInput, ports: ObservePorts): Promise<z.infer<typeof ObserveOutput>> => {
  const journal = await Journal.open(ports, 'observe', input);
  const agent = agentOf(ports.rules, input.agent);
  const beforeFirstTurn = lastOf(journal.eventsBefore, 'model.called') === undefined;
  const calls = beforeFirstTurn
    ? [...(await historyBefore(journal, ports)), ...(await firstLook(agent, journal))]
    : callsOfTurn(agent, journal, ports);
  // Calls that an earlier attempt has recorded are not made again. The others run in parallel.
  const alreadyRecorded = journal.recorded('evidence.gathered');
  const redactor = await redactorOf(ports, journal.incident);
  const findings = await Promise.all(calls.slice(alreadyRecorded).map((call) => callTool(call, agent, journal, ports)));
  const filter = contentFilter(ports);
  for (const [index, call] of calls.entries())
    await journal.once('evidence.gathered', () =>
      entryFor(call, findings[index - alreadyRecorded], redactor, filter, journal),
    );
  return { ...input, seq: journal.seq, next: 'decide' };
};

/** Runs observe calls in parallel and records what they found, redacted, clipped and fenced. */
export const observe: Step<StepInput, z.infer<typeof ObserveOutput>, ObservePorts> = {
  name: 'observe',
  input: StepInput,
  output: ObserveOutput,
  run,
};
