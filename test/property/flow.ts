import { join } from 'node:path';
import { subjectOf } from '../../lambdas/kernel/trace/subject.ts';
import { KUBERNETES } from '../../lambdas/contracts/clusters.ts';
import { isKind, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { providerOfTarget } from '../../lambdas/contracts/plan.ts';
import { AlarmDetail, BusEvent } from '../../lambdas/contracts/alarm.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { policyEngine, type PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { recordOutcome } from '../../lambdas/kernel/limits/track-record.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { deployment } from '../../config/deployment.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { Laptop } from '../../local/laptop.ts';
import { MemoryLedger } from '../fakes/memory-ledger.ts';
import type { HostileCase } from './case/case.ts';
import { planOf, eventsIn, Recording, type RecordedFact } from './recording.ts';
import { hostileCalendar, hostileSwitch } from './fakes/controls.ts';
import { hostileHands } from './fakes/hands.ts';
import { hostileLedger, killed, FaultQueue } from './fakes/ledger.ts';
import { hostileModel } from './fakes/model.ts';
import { StepFaults } from './fakes/step-faults.ts';
import { People, PEOPLE } from './fakes/people.ts';
import { flagAccess } from '../fakes/flag-provider/provider.ts';
import { WITH_FLAGS } from '../fakes/flag-provider/installed.ts';
import { isClusterCall, OtherWriter, withCluster } from './fakes/cluster.ts';
import { hostileFlags } from './fakes/flags.ts';
import { hostileStorm, stateIn } from './fakes/storm.ts';
import { eventAgents, eventOf } from './fakes/subjects.ts';
import type { Arrival } from './case/storm.ts';
import { GET_FLAG, SET_FLAG } from '../fakes/flag-provider/tools.ts';
import { digestOf } from '../../lambdas/kernel/trace/canonical.ts';
import { EVENT_FIRST_LOOK, START, worldOf } from './fakes/account.ts';
import { homeOf } from '../../local/account-access.ts';
import type { World } from '../../local/account/world/world.ts';

/** What happened when a case was run. */
export interface CaseRun {
  readonly testCase: HostileCase;
  readonly rules: Rules;
  readonly policy: PolicyEngine;
  readonly entries: readonly RecordedFact[];
  /** The trace of every incident, as stored at the end. */
  readonly traces: ReadonlyMap<string, readonly TraceEvent[]>;
}

/** The example in `unattended.cedar`, for every agent and without office hours. */
const UNATTENDED = `@id("grow-unattended")
@reason("Growing {id} by {growPercent} % in {environment} needs no human.")
permit (principal, action == Checkrein::Action::"applyUnattended", resource)
when {
  (context.tool == "set_auto_scaling_capacity" || context.tool == "scale_workload") && resource.environment != "production" &&
  context.facts.reversible && context.facts has cutPercent && context.facts.cutPercent == 0
};`;

/** The real flow with fakes around it. Synthesized once, with one policy engine per rule set. */
export class CaseFlow {
  readonly #definition: JsonObject;
  readonly #rules: Readonly<Record<HostileCase['setting']['policies'], { rules: Rules; policy: PolicyEngine }>>;

  constructor() {
    const viewer = { email: PEOPLE.viewer, name: 'May look', roles: ['viewer'], tier: 1 };
    const settings = { ...deployment, approvers: [...deployment.approvers, viewer] };
    const rules = withBothProviders(compileRules(join(import.meta.dirname, '../../config'), settings, WITH_FLAGS));
    const looser = { ...rules, policies: { ...rules.policies, 'grow-unattended': UNATTENDED } };
    this.#definition = synthesize(rules, WITH_FLAGS.catalogue).stateMachineDefinition;
    this.#rules = {
      default: { rules, policy: policyEngine(rules, WITH_FLAGS.providers) },
      unattended: { rules: looser, policy: policyEngine(looser, WITH_FLAGS.providers) },
    };
  }

  /** Runs a case to its end. */
  async run(testCase: HostileCase): Promise<CaseRun> {
    const { tight, rate, questions, policies, provider } = testCase.setting;
    const { rules: shipped, policy } = this.#rules[policies];
    const loose =
      provider === 'kubernetes' ? { ...shipped, agents: withCluster(shipped.agents, testCase.setting) } : shipped;
    const rules = withQuestions(withRate(withBudget(loose, tight), rate), questions);
    const recording = new Recording();
    const memory = new MemoryLedger();
    // The upgrade that gave answers a family of their own is long ago.
    await memory.create({ family: 'answer', id: 'since' }, { at: '2020-01-01T00:00:00.000Z' });
    const stepFaults = new StepFaults(testCase, recording, () => laptop.ports);
    const people = new People(testCase, recording, () => laptop.ports);
    const workloads = new OtherWriter(testCase, recording, () => laptop.cluster);
    const kill = killing(testCase, recording, workloads);
    const world = worldOf(testCase);
    const flags = hostileFlags(testCase, recording, () => laptop.ports.clock, kill.onFlagCall);
    const laptop: Laptop = new Laptop({
      definition: this.#definition,
      installed: WITH_FLAGS,
      access: flagAccess(flags, homeOf(world)),
      rules,
      policy,
      world,
      model: hostileModel(testCase, recording, () => laptop.ports.clock),
      ledger: hostileLedger(memory, testCase, recording, () => stepFaults.tampering),
      approver: async () => ({ kind: 'acted', act: (asked, answered, expire) => people.act(asked, answered, expire) }),
      switch: hostileSwitch(testCase, recording),
      calendar: hostileCalendar(testCase, recording),
      around: stepFaults.around,
      onCall: kill.onAwsCall,
      onMessage: (message) => recording.add({ is: 'message', message }),
    });
    hostileHands(testCase, recording, () => laptop.account, flags, workloads);
    recordTargets(recording, workloads);
    recordAlarms(recording, () => laptop);
    if (testCase.setting.record === 'bad') await recordTwoFailures(memory, rules);
    await deliverAll(laptop, testCase, recording);
    await stepFaults.finish();
    recordStanding(recording, laptop, world);
    const ids = new Set(recording.entries.flatMap((entry) => (entry.is === 'event' ? [entry.event.incident] : [])));
    const traces = new Map<string, readonly TraceEvent[]>();
    for (const id of ids) traces.set(id, await memory.events(id));
    return { testCase, rules: laptop.ports.rules, policy, entries: recording.entries, traces };
  }
}

const deliverAll = async (laptop: Laptop, testCase: HostileCase, recording: Recording): Promise<void> => {
  const { delivery, setting } = testCase;
  const send = async (event: JsonObject, on?: Arrival['on']): Promise<void> => {
    const state = stateIn(event);
    const eventId = BusEvent.parse(event).id;
    if (state !== undefined) recording.add({ is: 'delivered', eventId, ...state, ...(on !== undefined && { on }) });
    try {
      recording.add({ is: 'ended', eventId, incidentId: await laptop.deliver(event) });
    } catch (error) {
      recording.add({ is: 'broke', error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' });
    }
  };
  const deliver = (alarm: 'cpu' | 'memory', id?: string): Promise<void> => {
    const given = eventOf(setting, alarm);
    const event = given === undefined ? laptop.account.alarmEvent(alarm) : envelope(given, laptop);
    return send(JsonObject.parse({ ...event, id: id ?? event.id }));
  };
  const storm = hostileStorm(
    testCase,
    recording,
    () => laptop,
    Date.parse(START),
    (event, on) => send(JsonObject.parse(event), on),
  );
  const first = deliverFirst(delivery, deliver);
  storm.start();
  await first;
  await storm.rest();
};

/** Delivers the alarm, or the event, that the case is about. */
const deliverFirst = async (
  delivery: HostileCase['delivery'],
  deliver: (alarm: 'cpu' | 'memory', id?: string) => Promise<void>,
): Promise<void> => {
  switch (delivery) {
    case 'once':
    case 'copy-meanwhile':
      return deliver('cpu');
    case 'same-twice-at-once':
      await Promise.all([deliver('cpu'), deliver('cpu')]);
      return;
    case 'copy-at-once':
      await Promise.all([deliver('cpu'), deliver('cpu', 'another-event')]);
      return;
    case 'two-alarms-at-once':
      await Promise.all([deliver('cpu'), deliver('memory')]);
      return;
    case 'again-afterwards':
      await deliver('cpu');
      return deliver('cpu');
  }
};

/** An event as the bus delivers it from the account of the world. Each alarm or event keeps its id. */
const envelope = (given: JsonObject & { readonly source: string }, { ports }: Laptop): JsonObject & { id: string } => ({
  version: '0',
  id: `event-${digestOf(given).slice(7, 19)}`,
  ...ports.home,
  time: START,
  ...given,
});

/** Records which alarms are in ALARM now. */
const recordStanding = (recording: Recording, laptop: Laptop, { alarms }: World): void => {
  for (const { name } of alarms) {
    const state = stateIn(JsonObject.parse(laptop.account.alarmEvent(name)));
    if (state?.value === 'ALARM') recording.add({ is: 'standing', alarm: name, since: state.since });
  }
};

/** Records how the alarm of an incident really is whenever Apply is entered. */
const recordAlarms = (recording: Recording, laptop: () => Laptop): void =>
  recording.onEntry((entry) => {
    if (entry.is !== 'step' || entry.step !== 'apply') return;
    const { incidentId } = entry;
    for (const { event } of eventsIn(recording.entries, 'incident.opened')) {
      const { alarm } = subjectOf(event);
      if (event.incident !== incidentId || alarm === null) continue;
      const { time, detail } = laptop().account.alarmEvent(alarm.name);
      const { state } = AlarmDetail.parse(detail);
      recording.add({
        is: 'alarm',
        incidentId,
        at: laptop().ports.clock.now().toISOString(),
        value: state.value,
        since: state.timestamp ?? time,
      });
    }
  });

/** Two changes of every agent that did not help. The third one trips the breaker of the agent. */
const recordTwoFailures = async (ledger: Ledger, { agents }: Rules): Promise<void> => {
  for (const { name } of agents)
    for (const n of [1, 2])
      await recordOutcome(ledger, name, { digest: `earlier-${n}`, outcome: 'unhealed', what: 'an earlier change' });
};

const withRate = (rules: Rules, rate: HostileCase['setting']['rate']): Rules =>
  rate === 'shipped'
    ? rules
    : { ...rules, settings: { ...rules.settings, changesPerHour: { perTool: 20, perTarget: 1 } } };

const withQuestions = (rules: Rules, questions: HostileCase['setting']['questions']): Rules => ({
  ...rules,
  settings: { ...rules.settings, questions: { allowChanges: questions === 'changes' } },
});

/** Agents that also read and set flags, and agents that take events. */
const withBothProviders = (rules: Rules): Rules => {
  const granted = rules.agents.map(({ tools, ...agent }) => ({
    ...agent,
    tools: {
      observe: [...tools.observe, GET_FLAG.manifest.name],
      change: tools.change.length === 0 ? [] : [...tools.change, SET_FLAG.manifest.name],
    },
  }));
  return { ...rules, agents: [...granted, ...eventAgents(granted, EVENT_FIRST_LOOK)] };
};

/** Records the target of a change in a cluster as it is when the change has a result, and whenever it is verified. */
const recordTargets = (recording: Recording, workloads: OtherWriter): void =>
  recording.onEntry((entry) => {
    if (entry.is !== 'event') return;
    const { event } = entry;
    if (!isKind(event, 'apply.finished') && !isKind(event, 'change.verified')) return;
    const plan = planOf(recording, event.data.digest);
    if (plan !== undefined && providerOfTarget(plan.target) === KUBERNETES)
      recording.add({ is: 'object', of: event, object: workloads.object(plan.target.id) });
  });

type RecordedCall = Extract<RecordedFact, { is: 'call' }>['call'];

/** Records the calls that reached AWS or another provider, and kills the caller after some of the mutating ones. */
const killing = ({ killedCalls }: HostileCase, recording: Recording, workloads: OtherWriter) => {
  const queue = new FaultQueue(killedCalls.map((gap) => ({ gap })));
  let isKilled = false;
  const record = (call: RecordedCall, credentialsFor?: string): void => {
    const object = isClusterCall(call) ? workloads.objectOf(call) : undefined;
    recording.add({
      is: 'call',
      call,
      ...(credentialsFor !== undefined && { credentialsFor }),
      ...(object && { object }),
    });
    if (isClusterCall(call)) workloads.afterCall(call);
    if (!call.mutating || call.dryRun || call.outcome !== 'ok' || queue.next() === undefined) return;
    recording.add({ is: 'fault', what: 'killed after a call' });
    isKilled = call.service !== 'flags' && !isClusterCall(call);
    throw killed('after a call');
  };
  return {
    onFlagCall: record,
    onAwsCall: (call: RecordedCall): void => {
      // The account reports the kill itself as a failed call. AWS never saw that one.
      if (isKilled) isKilled = false;
      else record(call);
    },
  };
};

/** Lowers one budget so far that cases reach it. */
const withBudget = (rules: Rules, tight: HostileCase['setting']['tight']): Rules => {
  const every = (change: (agent: Agent) => Agent): Rules => ({ ...rules, agents: rules.agents.map(change) });
  const budget = (part: Partial<Agent['budget']>): Rules =>
    every((agent) => ({ ...agent, budget: { ...agent.budget, ...part } }));
  switch (tight) {
    case 'no':
      return rules;
    case 'turns':
      return budget({ turns: 3 });
    case 'tokens':
      return budget({ tokens: 25_000 });
    case 'dollars':
      return budget({ dollars: 0.15 });
    case 'minutes':
      return budget({ minutes: 12 });
    case 'agent-day':
      return every((agent) => ({ ...agent, budgetPerDay: { ...agent.budgetPerDay, dollars: 0.15 } }));
    case 'account-day':
      return {
        ...rules,
        settings: { ...rules.settings, accountBudgetPerDay: { ...rules.settings.accountBudgetPerDay, dollars: 0.15 } },
      };
    case 'incidents':
      return every((agent) => ({ ...agent, budgetPerDay: { ...agent.budgetPerDay, incidents: 1 } }));
  }
};
