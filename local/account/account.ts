import type { BusEvent } from '../../lambdas/contracts/alarm.ts';
import { callName } from '../../lambdas/contracts/cloud-call.ts';
import { ERROR } from '../../lambdas/contracts/error-names.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { AwsCall } from '../../lambdas/contracts/tool.ts';
import { CloudError, InputError, StepError } from '../../lambdas/contracts/errors.ts';
import type { Clock, Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import { alarmEvent, endingIn } from './alarm-event.ts';
import type { AlarmValue } from './alarm-reason.ts';
import { Simulation } from '../cluster/simulation.ts';
import { Answers } from './answers.ts';
import { authorizeCall, type SimulatedSession } from './authorization.ts';
import type { Command } from './command.ts';
import { completeEvent, Deliveries } from './deliveries.ts';
import { applyDrift, FaultInjection, type InjectedFault } from './fault-injection.ts';
import { throttleOf } from './services.ts';
import { accountStateOf, type State } from './state.ts';
import { trailEntry } from './trail-entry.ts';
import type { Drift } from './world/faults.ts';
import type { World } from './world/world.ts';
import type { AwsChangeScope } from '../../lambdas/providers/aws/change-scope.ts';

/** One call as it reached the simulated AWS; a line of `calls.jsonl`. */
export interface RecordedCall {
  readonly time: string;
  readonly step: string;
  /** The assumed-role ARN, with the session's name at its end. */
  readonly principal: string;
  /** The incident in the User-Agent of a request to a cluster, whose session name has no room for it. */
  readonly incidentId?: string;
  readonly service: string;
  readonly command: string;
  readonly input: JsonObject;
  readonly dryRun: boolean;
  readonly mutating: boolean;
  /** `ok`, or the code of the error that the caller got. */
  readonly outcome: string;
}

/** The caller: a step, with its own role or another one. */
interface Principal {
  readonly step: string;
  /** Default: checkrein-<step>. */
  readonly role?: string;
  readonly session?: string;
}

/** Attempts of the SDK's standard retry mode. */
const ATTEMPTS = 3;

/** An AWS account made from a world file. It answers SDK commands and records each of them. */
export class SimulatedAccount {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #onCall: (call: RecordedCall) => void;
  readonly #faults: FaultInjection;
  readonly #answers: Answers;
  readonly #deliveries: Deliveries;
  /** The cluster of the world, from which metrics of Container Insights follow. */
  readonly cluster: Simulation | undefined;

  constructor(world: World, clock: Clock, onCall: (call: RecordedCall) => void = () => undefined) {
    this.cluster = world.cluster && new Simulation(world.cluster, Date.parse(world.now));
    this.#state = accountStateOf(world, clock, (key, at) => this.cluster?.metric(key, at));
    this.#clock = clock;
    this.#onCall = onCall;
    this.#faults = new FaultInjection(world.faults);
    this.#answers = new Answers(world);
    this.#deliveries = new Deliveries(world);
  }

  /** AWS for one step, limited to the listed calls. */
  cloud({ step, role = `checkrein-${step}`, session = step }: Principal, calls: readonly AwsCall[] | 'any'): Cloud {
    return this.#session({ step, principal: this.#role(role, session), calls });
  }

  /** Change credentials, limited by a session policy to one change of one target. */
  change(step: string, role = 'checkrein-change'): { assume(scope: Omit<AwsChangeScope, 'location'>): Promise<Cloud> } {
    return {
      assume: async ({ calls, targetArn, sessionName }) =>
        this.#session({ step, principal: this.#role(role, sessionName), calls, targetArn }),
    };
  }

  /** A change that somebody else makes now. */
  drift(set: Drift): void {
    applyDrift(set, this.#state);
  }

  /** When the bus delivers the next event that `due` has not given yet. */
  nextDelivery(): Date | undefined {
    return this.#deliveries.next();
  }

  /** Events that the bus delivers, from the last call of this method up to now, in order. */
  due(now: Date): BusEvent[] {
    return this.#deliveries.due(now).map((due) => {
      const { alarm = '', state, event } = due.delivery;
      return event === undefined ? this.alarmEvent(alarm, due.at, state) : completeEvent(event, due, this.#state.world);
    });
  }

  /**
   * The event of an alarm's last change of state up to a moment. It is identical until the state changes again. With a
   * state, the event says that one: if the alarm is in another, as if it changed at that moment.
   */
  alarmEvent(name: string, at: number = this.#state.now(), says?: AlarmValue): BusEvent {
    const alarm = this.#state.alarms.definitions.find((definition) => definition.name === name);
    if (alarm === undefined)
      throw new InputError('simulated account', `there is no alarm ${name}`, 'the name of an alarm of this world');
    const history = this.#state.alarms.history(name, this.#state.now()).filter((state) => state.at <= at);
    return alarmEvent(this.#state.world, alarm, says === undefined ? history : endingIn(says, alarm, history, at));
  }

  #role(role: string, session: string): string {
    return `arn:aws:sts::${this.#state.world.account}:assumed-role/${role}/${session}`;
  }

  #session(session: SimulatedSession): Cloud {
    const { account, region } = this.#state.world;
    return { account, region, send: (request) => this.#send(session, request) };
  }

  async #send(session: SimulatedSession, request: CloudRequest): Promise<unknown> {
    const throttle = throttleOf(request.service);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const fault = this.#faults.faultsFor(request);
      if (fault.delaySeconds > 0) await this.#clock.sleep(fault.delaySeconds * 1000);
      const command = this.#answers.commandFor(request, this.#state.now());
      if (!fault.throttled) return this.#answer(session, request, command, fault);
      this.#record(session, request, command.mutating, throttle);
      await this.#clock.sleep(2 ** attempt * 100);
    }
    const message = `${nameOf(request)} was throttled ${ATTEMPTS} times (${throttle}).`;
    throw new StepError(ERROR.cloudUnavailable, message, 'Try again later; nothing was changed.');
  }

  #answer(
    session: SimulatedSession,
    request: CloudRequest,
    command: Command,
    { error, takesSeconds }: InjectedFault,
  ): JsonObject {
    this.#faults.drift('before', request, this.#state);
    try {
      const resources = command.resources(request.input, this.#state);
      authorizeCall(session, request, resources);
      if (session.targetArn !== undefined && !command.mutating) throw notChanging(request);
      if (error !== undefined) throw error;
      const answer = command.run(structuredClone(request.input), { ...this.#state, takesSeconds });
      this.#record(session, request, command.mutating, 'ok');
      if (command.mutating)
        this.#state.trail.push(trailEntry(session.principal, request, resources, this.#state.now()));
      return structuredClone(answer);
    } catch (refused) {
      this.#record(session, request, command.mutating, codeOf(refused));
      throw refused instanceof CloudError
        ? new CloudError(refused.code, refused.awsMessage, refused, nameOf(request))
        : refused;
    } finally {
      this.#faults.drift('after', request, this.#state);
    }
  }

  #record(
    { step, principal }: SimulatedSession,
    { service, command, input }: CloudRequest,
    mutating: boolean,
    outcome: string,
  ): void {
    const time = this.#clock.now().toISOString();
    this.#onCall({
      time,
      step,
      principal,
      service,
      command,
      input: structuredClone(input),
      dryRun: input['DryRun'] === true,
      mutating,
      outcome,
    });
  }
}

const nameOf = ({ service, command, input }: CloudRequest): string => callName(`${service}:${command}`, input);

/** A manifest lists the call as a change, and nothing says what it changes: the session policy could not be checked. */
const notChanging = ({ service, command }: CloudRequest): InputError =>
  new InputError(
    'simulated account',
    `${service}:${command} is made with change credentials, but is not known to change anything here`,
    'mutating: true and resources: in its line of answers:',
  );

const codeOf = (error: unknown): string =>
  error instanceof CloudError || error instanceof InputError ? error.code : 'InternalFailure';
