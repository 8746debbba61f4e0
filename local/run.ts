import type { RecordedCall } from './account/account.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import type { Moment } from '../lambdas/contracts/moment.ts';
import type { Json, JsonObject } from '../lambdas/contracts/json.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { CheckreinError } from '../lambdas/contracts/errors.ts';
import { canonical } from '../lambdas/kernel/trace/canonical.ts';
import { momentsOf } from '../lambdas/kernel/trace/moment.ts';
import { reportOf } from '../lambdas/kernel/trace/report.ts';
import { verifyLine } from '../lambdas/kernel/trace/verify-line.ts';
import { whatHappened } from '../lambdas/kernel/trace/what-happened.ts';
import { allOf, lastOf, plansOf, usageOf, wasMade } from '../lambdas/kernel/trace/queries.ts';
import type { Ledger, Model, Notification } from '../lambdas/contracts/ports.ts';
import type { Installed } from '../lambdas/tools/installed.ts';
import { synthesize } from '../lib/synthesize.ts';
import type { World } from './account/world/world.ts';
import { startApprovalServer } from './approval-server.ts';
import type { LocalApprover, PresetAnswer } from './approver.ts';
import { prepareRun, RUN_FILES } from './out-directory.ts';
import { Laptop, type LaptopPorts } from './laptop.ts';
import { Interruption } from './interruption.ts';
import { startLedger } from './ledger-server.ts';
import { refOf } from '../lambdas/contracts/plan.ts';

/** Input of a run on a laptop, read and validated. */
export interface RunOptions {
  readonly event: Json;
  readonly world: World;
  readonly rules: Rules;
  /** The tools and providers that the rules are for. */
  readonly installed: Installed;
  readonly model: Model;
  readonly approve: { readonly kind: 'preset'; readonly answers: readonly PresetAnswer[] } | { readonly kind: 'ask' };
  readonly onEvent: (event: TraceEvent) => void;
  /** Called with the address of the approval page when a person is asked. */
  readonly onPage: (url: string) => void;
  /** Called for each message that would be sent to people. */
  readonly onMessage?: (message: Notification) => void;
  /** Ends the run from outside. */
  readonly interruption?: Interruption;
  /** Default: a new one, on a DynamoDB API in this process. */
  readonly ledger?: Ledger;
}

/** A run was ended from outside before it had changed anything. */
class RunStopped extends CheckreinError {
  constructor() {
    super('RunStopped', 'The run was stopped. Nothing was changed, and nothing was filed.', 'Run it again.');
  }
}

/** Result of a run. */
export interface RunResult {
  readonly incidentId: string;
  readonly events: readonly TraceEvent[];
  /** The trace of each incident of the run, this one too, in the order of their opening. */
  readonly traces: ReadonlyMap<string, readonly TraceEvent[]>;
  readonly calls: readonly RecordedCall[];
  /** What people outside the flow would hear: the events that a deployment puts on the event bus, incident by incident. */
  readonly moments: readonly Moment[];
  /** Incidents of alarms that had joined this one, or one that followed it, and were in ALARM when it closed. */
  readonly followUps: readonly string[];
}

const definitions = new WeakMap<Rules, JsonObject>();

/** Synthesizing takes a second, and the same rules are run many times. */
const definitionFor = (rules: Rules, { catalogue }: Installed): JsonObject => {
  const definition = definitions.get(rules) ?? synthesize(rules, catalogue).stateMachineDefinition;
  definitions.set(rules, definition);
  return definition;
};

/** Runs one event to its end: the synthesized flow, the real steps, a local ledger and a simulated account. */
export const runOnLaptop = async (options: RunOptions): Promise<RunResult> => {
  const {
    rules,
    installed,
    world,
    model,
    approve,
    onPage,
    onMessage = () => undefined,
    interruption = new Interruption(),
  } = options;
  const definition = definitionFor(rules, installed);
  const server =
    options.ledger === undefined
      ? await startLedger(rules.settings.retentionDays)
      : { ledger: options.ledger, stop: async () => undefined };
  const calls: RecordedCall[] = [];
  const seen: TraceEvent[] = [];
  const closing: (() => Promise<void>)[] = [async () => server.stop()];
  const approver = async (ports: LaptopPorts): Promise<LocalApprover> => {
    if (approve.kind === 'preset') return approve;
    const page = await startApprovalServer(ports);
    closing.push(() => page.close());
    onPage(page.url);
    return { kind: 'ask', pageUrl: page.url, interruption };
  };
  try {
    const laptop = new Laptop({
      definition,
      rules,
      installed,
      world,
      model,
      ledger: server.ledger,
      approver,
      onEvent: (event) => {
        seen.push(event);
        options.onEvent(event);
      },
      onMessage,
      onCall: (call) => calls.push(call),
    });
    const delivered = await Promise.race([playAll(laptop, options.event), interruption.stopped.then(() => undefined)]);
    const incidentId = delivered ?? (await stopRun(laptop, seen));
    const followUps = allOf(seen, 'incident.opened').flatMap(({ incident, data }) =>
      data.follows === undefined ? [] : [incident],
    );
    const traces = new Map<string, readonly TraceEvent[]>();
    for (const { incident } of seen)
      if (!traces.has(incident)) traces.set(incident, await server.ledger.events(incident));
    const { pageUrl } = laptop.ports;
    const moments = [...traces.values()].flatMap((trace) => momentsOf(trace, pageUrl));
    return { incidentId, events: traces.get(incidentId) ?? [], traces, calls, moments, followUps };
  } finally {
    for (const close of closing) await close();
  }
};

/** Delivers the event, and then what the bus delivers after the end of its incident. */
const playAll = async (laptop: Laptop, event: Json): Promise<string> => {
  const incidentId = await laptop.deliver(event);
  await laptop.deliverRest();
  return incidentId;
};

/**
 * Ends a run before its time. Once a change has begun, the incident is closed and filed, as what was done must be on
 * record. Before that there is nothing to keep.
 */
const stopRun = async (laptop: Laptop, seen: readonly TraceEvent[]): Promise<string> => {
  const begun = allOf(seen, 'apply.started')[0];
  if (begun === undefined) throw new RunStopped();
  await laptop.stop(begun.incident);
  return begun.incident;
};

/** Paths of a run's files. */
export interface RunFiles {
  readonly trace: string;
  readonly report: string;
  readonly calls: string;
  readonly moments: string;
  /** Public key of the seal, for verifying the trace. */
  readonly key: string;
}

/** Writes trace, report, calls, moments and the seal's public key into a directory, which it creates. */
export const writeRun = (directory: string, { events, calls, moments }: RunResult): RunFiles => {
  prepareRun(directory);
  const files = {
    trace: join(directory, RUN_FILES.trace),
    report: join(directory, RUN_FILES.report),
    calls: join(directory, RUN_FILES.calls),
    moments: join(directory, RUN_FILES.moments),
    key: join(directory, RUN_FILES.key),
  };
  writeFileSync(files.trace, events.map((event) => `${canonical(event)}\n`).join(''));
  const seal = lastOf(events, 'trace.sealed');
  const verify = seal && verifyLine({ ...files, incident: seal.incident });
  writeFileSync(files.report, reportOf(events, verify));
  writeFileSync(files.calls, calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  writeFileSync(files.moments, moments.map((moment) => `${JSON.stringify(moment)}\n`).join(''));
  writeFileSync(files.key, seal?.data.publicKey ?? '');
  return files;
};

/** The steps in order, one entry for each invocation. */
const stepsOf = (events: readonly TraceEvent[]): string[] =>
  events
    .filter((event, index) => event.step !== events[index - 1]?.step || event.from !== events[index - 1]?.from)
    .map((event) => (event.step.startsWith('approve-page') ? 'approve-page' : event.step));

/** The one object that `--json` prints. */
export const runSummary = ({ incidentId, events, followUps }: RunResult, files: RunFiles) => {
  const closed = lastOf(events, 'incident.closed')?.data;
  const used = usageOf(events);
  return {
    incidentId,
    outcome: closed?.outcome ?? 'open',
    happened: whatHappened(events).map(String),
    summary: closed?.summary ?? '',
    agent: lastOf(events, 'incident.opened')?.data.agent ?? null,
    steps: stepsOf(events),
    turns: used.turns,
    tokens: used.tokens,
    costUsd: used.microUsd / 1_000_000,
    copies: closed?.copies ?? 0,
    followUps,
    plans: plansOf(events).map(({ handle, digest, plan }) => ({
      handle,
      digest,
      tool: plan.tool,
      input: plan.input,
      target: refOf(plan.target),
      costDeltaCentsPerMonth: plan.report.cost.deltaCentsPerMonth,
      applied: wasMade(events, digest, 'apply'),
      rolledBack: wasMade(events, digest, 'rollback'),
    })),
    approvals: allOf(events, 'approval.answered').map(({ data }) => ({
      digest: data.digest,
      approver: data.approver,
      answer: data.answer,
      reason: data.reason,
      counted: data.counted,
    })),
    paths: files,
  };
};
