import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { policyEngine, type PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { recordOutcome } from '../../lambdas/kernel/limits/track-record.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { deployment } from '../../config/deployment.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { configDirectory, Laptop } from '../../local/laptop.ts';
import { MemoryLedger } from '../fakes/memory-ledger.ts';
import type { HostileCase } from './case.ts';
import { Recording, type RecordedFact, type SwitchPosition } from './recording.ts';
import { hostileLedger, killed, Queue } from './hostile-ledger.ts';
import { hostileModel } from './hostile-model.ts';
import { StepFaults } from './fault-plan.ts';
import { People, PEOPLE } from './people.ts';
import { hostileWorldOf } from './worlds.ts';

/** Everything that a case left behind. */
export interface PlayedCase {
  readonly hostile: HostileCase;
  readonly rules: Rules;
  readonly policy: PolicyEngine;
  readonly entries: readonly RecordedFact[];
  /** The trace of every incident, as the ledger has it in the end. */
  readonly traces: ReadonlyMap<string, readonly TraceEvent[]>;
}

/** The shipped example of `unattended.cedar`, without its comment marks and without office hours. */
const UNATTENDED = `@id("grow-unattended")
@reason("Growing {id} by {growPercent} % in {environment} needs no human.")
permit (principal == Checkrein::Agent::"ec2-responder", action == Checkrein::Action::"applyUnattended", resource)
when {
  context.tool == "set_auto_scaling_capacity" && resource.environment != "production" &&
  context.facts.reversible && context.facts has cutPercent && context.facts.cutPercent == 0
};`;

/** The stage for cases: synthesized once, and one policy engine for each rule set. */
export class HostileFlow {
  readonly #definition: JsonObject;
  readonly #rules: Readonly<Record<HostileCase['setting']['policies'], { rules: Rules; policy: PolicyEngine }>>;

  constructor() {
    const viewer = { email: PEOPLE.viewer, name: 'May look', roles: ['viewer'], tier: 1 };
    const rules = compileRules(configDirectory(), { ...deployment, approvers: [...deployment.approvers, viewer] });
    const looser = { ...rules, policies: { ...rules.policies, 'grow-unattended': UNATTENDED } };
    this.#definition = synthesize(rules).stateMachineDefinition;
    this.#rules = {
      default: { rules, policy: policyEngine(rules) },
      unattended: { rules: looser, policy: policyEngine(looser) },
    };
  }

  /** Plays a case to its end. */
  async play(hostile: HostileCase): Promise<PlayedCase> {
    const { rules: loose, policy } = this.#rules[hostile.setting.policies];
    const rules = slowed(tightened(loose, hostile.setting.tight), hostile.setting.rate);
    const recording = new Recording();
    const memory = new MemoryLedger();
    const mishaps = new StepFaults(hostile, recording, () => laptop.ports);
    const people = new People(hostile, recording, () => laptop.ports);
    const laptop: Laptop = new Laptop({
      definition: this.#definition,
      rules,
      policy,
      world: hostileWorldOf(hostile),
      model: hostileModel(hostile, recording, () => laptop.ports.clock),
      ledger: hostileLedger(memory, hostile, recording, () => mishaps.tampering),
      approver: async () => ({ kind: 'acted', act: (asked, answered, expire) => people.act(asked, answered, expire) }),
      switch: hostileSwitch(hostile, recording),
      calendar: hostileCalendar(hostile, recording),
      around: mishaps.around,
      onCall: deadlyCalls(hostile, recording),
      onMessage: (message) => recording.add({ is: 'message', message }),
    });
    if (hostile.setting.record === 'bad') await spoil(memory, rules);
    await deliverAll(laptop, hostile, recording);
    await mishaps.settle();
    const ids = new Set(recording.entries.flatMap((entry) => (entry.is === 'event' ? [entry.event.incident] : [])));
    const traces = new Map<string, readonly TraceEvent[]>();
    for (const id of ids) traces.set(id, await memory.events(id));
    return { hostile, rules, policy, entries: recording.entries, traces };
  }
}

const deliverAll = async (laptop: Laptop, { delivery }: HostileCase, recording: Recording): Promise<void> => {
  const deliver = async (alarm: 'cpu' | 'memory', id?: string): Promise<void> => {
    try {
      const event = laptop.account.alarmEvent(alarm);
      const incidentId = await laptop.deliver(JsonObject.parse({ ...event, id: id ?? event.id }));
      recording.add({ is: 'ended', incidentId });
    } catch (error) {
      recording.add({ is: 'broke', error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' });
    }
  };
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

/** A switch that somebody turns while incidents run. */
const hostileSwitch = ({ flips }: HostileCase, recording: Recording) => {
  const queue = new Queue(flips);
  let position: SwitchPosition = 'on';
  recording.onEntry((entry) => {
    if (entry.is === 'switch') return;
    const starts = entry.is === 'event' && entry.event.kind === 'apply.started';
    const flip = queue.next(({ on }) => on === 'any' || starts);
    if (flip === undefined) return;
    position = flip.to;
    recording.add({ is: 'switch', position });
  });
  return { read: async () => position };
};

/** A change calendar that somebody closes and opens while incidents run. */
const hostileCalendar = ({ closures }: HostileCase, recording: Recording) => {
  const queue = new Queue(closures);
  let closed = false;
  recording.onEntry((entry) => {
    if (entry.is === 'calendar') return;
    const answers = entry.is === 'event' && entry.event.kind === 'approval.answered';
    const closure = queue.next(({ on }) => on === 'any' || answers);
    if (closure === undefined) return;
    closed = closure.closed;
    recording.add({ is: 'calendar', closed });
  });
  return { freeze: async () => (closed ? 'The change calendar is closed.' : undefined) };
};

/** Changes of every agent that did not help, two of them: one more is one too many. */
const spoil = async (ledger: Ledger, { agents }: Rules): Promise<void> => {
  for (const { name } of agents)
    for (const n of [1, 2])
      await recordOutcome(ledger, name, { digest: `earlier-${n}`, outcome: 'unhealed', what: 'an earlier change' });
};

const slowed = (rules: Rules, rate: HostileCase['setting']['rate']): Rules =>
  rate === 'shipped'
    ? rules
    : { ...rules, settings: { ...rules.settings, changesPerHour: { perTool: 20, perTarget: 1 } } };

/** Writes down the calls that reached AWS, and kills the caller after some of those that change something. */
const deadlyCalls = ({ killedCalls }: HostileCase, recording: Recording) => {
  const queue = new Queue(killedCalls.map((gap) => ({ gap })));
  let dying = false;
  return (call: Extract<RecordedFact, { is: 'call' }>['call']): void => {
    // The account reports the kill itself as a failed call; AWS knows nothing of it.
    if (dying) {
      dying = false;
      return;
    }
    recording.add({ is: 'call', call });
    if (!call.mutating || call.dryRun || call.outcome !== 'ok' || queue.next() === undefined) return;
    dying = true;
    recording.add({ is: 'mishap', what: 'killed after a call' });
    throw killed('after a call');
  };
};

/** Ceilings so low that they are met. */
const tightened = (rules: Rules, tight: HostileCase['setting']['tight']): Rules => {
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
