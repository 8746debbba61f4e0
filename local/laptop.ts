import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { ask, type AskPorts } from '../lambdas/approvals/ask/ask.ts';
import { sendLink } from '../lambdas/approvals/send-link/send-link.ts';
import type { PagePorts } from '../lambdas/approvals/page/page-view.ts';
import type { ApplyPorts } from '../lambdas/steps/apply/ports.ts';
import type { AuthorizePorts } from '../lambdas/steps/authorize/ports.ts';
import { authorize } from '../lambdas/steps/authorize/step.ts';
import { changeZone } from '../lambdas/steps/change-zone/change-zone.ts';
import { close, type ClosePorts } from '../lambdas/steps/close/step.ts';
import { closeStopped } from '../lambdas/steps/close/stopped.ts';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE, type FollowUp } from '../lambdas/contracts/follow-up.ts';
import type { StepName } from '../lambdas/contracts/flow.ts';
import type { Json, JsonObject } from '../lambdas/contracts/json.ts';
import { doctorAlarmOf } from '../lambdas/contracts/own-alarms.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { decide, type DecidePorts } from '../lambdas/steps/decide/step.ts';
import { policyEngine, type PolicyEngine } from '../lambdas/kernel/policy/engine.ts';
import { canApplyUnattended } from '../lambdas/kernel/policy/rules/unattended-permits.ts';
import { CHANGE_ZONE_SECONDS } from '../lambdas/kernel/changes/timing.ts';
import { observe, type ObservePorts } from '../lambdas/steps/observe/step.ts';
import { openStep, type OpenPorts } from '../lambdas/steps/open/step.ts';
import type { Calendar, Ledger, MacVerifier, Model, Notification, Switch } from '../lambdas/contracts/ports.ts';
import { runStep } from '../lambdas/runtime/step.ts';
import { verify } from '../lambdas/steps/verify/step.ts';
import { SimulatedAccount, type RecordedCall } from './account/account.ts';
import { worldCalendar } from './account/change-calendar.ts';
import { SimulatedClock } from './account/clock.ts';
import type { World } from './account/world/world.ts';
import { localApprover, type LocalApprover } from './approver.ts';
import { clusterAccess, clusterOf } from './cluster-access.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';
import { accountAccess, homeOf, rulesFor, type MoreAccess } from './account-access.ts';
import { Flow, type Invoke } from './flow.ts';
import { localMac, localSealer } from './keys.ts';
import type { Installed } from '../lambdas/tools/installed.ts';

/** Ports of every step. On a laptop one process can both make and verify every MAC. */
export type LaptopPorts = AskPorts &
  PagePorts &
  ApplyPorts &
  AuthorizePorts &
  Pick<OpenPorts, 'home' | 'doctorAlarm'> &
  Pick<ObservePorts, 'contentFilter'> &
  Pick<ClosePorts, 'followUps'> & { readonly linkMac: MacVerifier };

/** The alarm of the doctor, as a stack of the default name has it. */
const doctorAlarmIn = ({ account, region }: OpenPorts['home']): string =>
  `arn:aws:cloudwatch:${region}:${account}:alarm:${doctorAlarmOf('Checkrein')}`;

/** What a laptop runs with. */
export interface LaptopOptions {
  readonly definition: JsonObject;
  readonly rules: Rules;
  readonly world: World;
  readonly model: Model;
  /** The tools and providers that the rules are for. */
  readonly installed: Installed;
  /** Access to providers besides AWS. */
  readonly access?: MoreAccess;
  readonly ledger: Ledger;
  readonly approver: (ports: LaptopPorts) => Promise<LocalApprover>;
  readonly switch?: Switch;
  /** Default: the freezes of the world. */
  readonly calendar?: Calendar;
  /** Called for each event as it is appended, of any incident. */
  readonly onEvent?: (event: TraceEvent) => void;
  readonly onCall?: (call: RecordedCall) => void;
  /** Called for each message that would be sent to people. */
  readonly onMessage?: (message: Notification) => void;
  /** Wraps every step of the flow: tests use it to fail a step, repeat it, or run another one. */
  readonly around?: (step: StepName, payload: Json, invoke: Invoke) => Promise<unknown>;
  /** Default: built from the rules. Sharing one saves time if many laptops have the same rules. */
  readonly policy?: PolicyEngine;
}

/** Steps that make a change. */
const CHANGING: readonly StepName[] = ['apply', 'rollback'];

const Ended = z.object({ incidentId: z.string() });
const Routed = z.object({ next: z.string() });

/** Calls `onEvent` for each event once it is in the ledger. */
const withListener = (ledger: Ledger, onEvent: (event: TraceEvent) => void): Ledger => ({
  events: (incidentId, from) => ledger.events(incidentId, from),
  fetch: (key) => ledger.fetch(key),
  list: (family, id, newest) => ledger.list(family, id, newest),
  create: (key, data, expiresAt) => ledger.create(key, data, expiresAt),
  replace: (key, data, version, expiresAt) => ledger.replace(key, data, version, expiresAt),
  add: (key, amounts, ceilings) => ledger.add(key, amounts, ceilings),
  append: async (event) => {
    const result = await ledger.append(event);
    if (result === 'appended') onEvent(event);
    return result;
  },
});

/** A deployment of Checkrein on one machine: the real steps, between a simulated account and a local ledger. */
export class Laptop {
  ports: LaptopPorts;
  readonly account: SimulatedAccount;
  /** The cluster of the world, if it has one. */
  readonly cluster: SimulatedCluster | undefined;
  readonly #options: LaptopOptions;
  readonly #clock: SimulatedClock;
  readonly #sealer = localSealer();
  readonly #flow: Flow;
  readonly #access: ReturnType<typeof accountAccess>;
  #answer: ReturnType<typeof localApprover> | undefined;
  #stopped = false;
  /** Raised by incidents that closed, and not delivered yet. */
  readonly #followUps: FollowUp[] = [];
  /** The change that is being made, or that is in progress and waited for. */
  #change: PromiseWithResolvers<undefined> | undefined;

  constructor(options: LaptopOptions) {
    const { world, ledger } = options;
    const rules = rulesFor(world, options.rules);
    this.#options = options;
    this.#clock = new SimulatedClock(new Date(world.now));
    this.#flow = new Flow({
      definition: options.definition,
      clock: this.#clock,
      invoke: (step, payload) => this.#invoke(step, payload),
      onWaiting: async (execution, answered, expire) => this.#answer?.(execution, answered, expire),
    });
    this.account = new SimulatedAccount(world, this.#clock, options.onCall);
    const { installed, onCall, access } = options;
    const ofCluster = { rules, installed, clock: this.#clock, simulation: this.account.cluster, onCall };
    this.cluster = clusterOf(world, ofCluster);
    const more = clusterAccess(world, { ...ofCluster, cluster: this.cluster, more: access });
    this.#access = accountAccess(this.account, world, rules, installed.providers, more);
    this.ports = {
      ledger: withListener(ledger, options.onEvent ?? (() => undefined)),
      clock: this.#clock,
      ids: { fresh: (prefix) => `${prefix}-${randomUUID()}` },
      rules,
      installed,
      policy: options.policy ?? policyEngine(rules, installed.providers),
      switch: options.switch ?? { read: async () => rules.settings.initialSwitch },
      calendar: options.calendar ?? worldCalendar(world, this.#clock),
      linkMac: localMac(),
      grantMac: localMac(),
      unattendedMac: canApplyUnattended(rules) ? localMac() : undefined,
      notifier: {
        notify: async (message) => {
          options.onMessage?.(message);
          return 'sent';
        },
      },
      followUps: {
        raise: async (followUps) => {
          this.#followUps.push(...followUps);
          return [];
        },
      },
      callbacks: this.#flow.tasks,
      linkRequests: {
        request: async (request) => {
          await sendLink(request, this.ports);
        },
      },
      pageUrl: 'http://localhost',
      home: homeOf(world),
      doctorAlarm: doctorAlarmIn(homeOf(world)),
      contentFilter: undefined,
      ...this.#access('apply'),
      testCluster: async (name) => ({
        outcome: 'warn',
        says: `The simulated cluster ${name} was not tested.`,
        advice: 'Run the doctor against a deployment.',
      }),
      deadline: { at: () => new Date(this.#clock.now().getTime() + CHANGE_ZONE_SECONDS * 1000) },
    };
  }

  /**
   * Delivers an event, as the bus would, and runs the execution to its end; after that, the incidents that follow it.
   * Returns the id of its incident.
   */
  async deliver(event: Json): Promise<string> {
    const { incidentId } = Ended.parse(await this.#flow.run(randomUUID(), { event }));
    for (let next = this.#followUps.shift(); next !== undefined; next = this.#followUps.shift())
      await this.#flow.run(randomUUID(), { event: this.#followUpEvent(next) });
    return incidentId;
  }

  /** Delivers what the bus has left when the incident has ended, each event at its time. */
  async deliverRest(): Promise<void> {
    for (let next = this.account.nextDelivery(); next !== undefined; next = this.account.nextDelivery()) {
      this.#clock.advance(Math.max(0, next.getTime() - this.#clock.now().getTime()));
      await this.#deliverDue();
    }
  }

  async #deliverDue(): Promise<void> {
    for (const event of this.account.due(this.#clock.now())) await this.deliver(z.json().parse(event));
  }

  #followUpEvent(detail: FollowUp): Json {
    const { account, region } = this.ports.home;
    const time = this.#clock.now().toISOString();
    const type = { source: FOLLOW_UP_SOURCE, 'detail-type': FOLLOW_UP_DUE };
    return { version: '0', id: randomUUID(), ...type, account, region, time, resources: [], detail };
  }

  /**
   * Begins no further step, and closes the incident as Checkrein does after an execution that was aborted. A change that has
   * begun is waited for, so that it is known whether it was made.
   */
  async stop(incidentId: string): Promise<void> {
    this.#stopped = true;
    await this.#change?.promise;
    const detail = { name: incidentId, status: 'ABORTED', cause: 'Somebody stopped the run.' };
    await closeStopped({ detail }, { ...this.ports, sealer: this.#sealer });
  }

  /** Starts the approver. The links need the address of its page, which is known only now. */
  async #startApprover(): Promise<ReturnType<typeof localApprover>> {
    const who = await this.#options.approver(this.ports);
    if (who.kind === 'ask') this.ports = { ...this.ports, pageUrl: who.pageUrl };
    return localApprover(who, this.ports);
  }

  /** Moves the clock by the time that the model took, and by at least two seconds. */
  #timed(model: Model): Model {
    return {
      decide: async (request) => {
        const started = performance.now();
        try {
          return await model.decide(request);
        } finally {
          this.#clock.advance(Math.max(2000, performance.now() - started));
        }
      },
    };
  }

  #models(): Pick<DecidePorts, 'model' | 'freshModel'> {
    const model = this.#timed(this.#options.model);
    return { model, freshModel: () => model };
  }

  async #invoke(step: StepName, payload: Json): Promise<unknown> {
    // The bus may deliver an event again during an incident. The copy runs in an execution of its own.
    if (step !== 'open') await this.#deliverDue();
    // Stopped: the state machine waits for this step for ever, so that it cannot take the incident any further.
    const goesOn = CHANGING.includes(step) && this.#change !== undefined;
    if (this.#stopped && !goesOn) return new Promise(() => undefined);
    const run: Invoke = (name, input) =>
      CHANGING.includes(name) ? this.#runChange(name, input) : this.#run(name, input);
    return this.#options.around === undefined ? run(step, payload) : this.#options.around(step, payload, run);
  }

  async #runChange(step: StepName, payload: Json): Promise<unknown> {
    this.#change ??= Promise.withResolvers<undefined>();
    let inProgress = false;
    try {
      const answer = await this.#run(step, payload);
      inProgress = Routed.safeParse(answer).data?.next === step;
      return answer;
    } finally {
      if (!inProgress) {
        this.#change.resolve(undefined);
        this.#change = undefined;
      }
    }
  }

  async #run(step: StepName, payload: Json): Promise<unknown> {
    // Started only when an approval is requested: incidents of a read-only agent never need one.
    if (step === 'approve') this.#answer ??= await this.#startApprover();
    const ports: LaptopPorts = { ...this.ports, ...this.#access(step) };
    switch (step) {
      case 'open':
        return runStep(openStep, payload, ports);
      case 'decide':
        return runStep(decide, payload, { ...ports, ...this.#models() });
      case 'observe':
        return runStep(observe, payload, ports);
      case 'authorize':
        return runStep(authorize, payload, ports);
      case 'dry-run':
      case 'apply':
      case 'rollback':
        return changeZone(payload, ports);
      case 'approve':
        return runStep(ask, payload, ports);
      case 'verify':
        return runStep(verify, payload, ports);
      case 'close':
        return runStep(close, payload, { ...ports, sealer: this.#sealer });
    }
  }
}
