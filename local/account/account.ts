import type { BusEvent } from '../../lambdas/contracts/alarm.ts';
import { callName } from '../../lambdas/contracts/cloud-call.ts';
import { ERROR } from '../../lambdas/contracts/error-names.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { AwsCall } from '../../lambdas/contracts/tool.ts';
import { CloudError, InputError, StepError } from '../../lambdas/contracts/errors.ts';
import type { Clock, Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import { alarmEvent } from './alarm-event.ts';
import { authorizeCall, type SimulatedSession } from './authorization.ts';
import type { Command } from './command.ts';
import { applyDrift, FaultInjection, type InjectedFault } from './fault-injection.ts';
import { commandOf, throttleOf } from './services.ts';
import { accountStateOf, type State } from './state.ts';
import type { Drift } from './world/faults.ts';
import type { World } from './world/world.ts';
import type { AwsChangeScope } from '../../lambdas/providers/aws/change-scope.ts';

/** One call as it reached the simulated AWS; a line of `calls.jsonl`. */
export interface RecordedCall {
  readonly time: string;
  readonly step: string;
  /** The assumed-role ARN. */
  readonly principal: string;
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
  #delivered: number;

  constructor(world: World, clock: Clock, onCall: (call: RecordedCall) => void = () => undefined) {
    this.#state = accountStateOf(world, clock);
    this.#clock = clock;
    this.#onCall = onCall;
    this.#faults = new FaultInjection(world.faults);
    this.#delivered = Date.parse(world.now) - 1;
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

  /** Alarm events that the bus delivers again, from the last call of this method up to now, in order. */
  due(now: Date): BusEvent[] {
    const origin = Date.parse(this.#state.world.now);
    const from = this.#delivered;
    this.#delivered = Math.max(from, now.getTime());
    return this.#state.world.events
      .map(({ afterSeconds, alarm }) => ({ at: origin + afterSeconds * 1000, alarm }))
      .filter(({ at }) => at > from && at <= now.getTime())
      .sort((a, b) => a.at - b.at)
      .map(({ at, alarm }) => this.alarmEvent(alarm, at));
  }

  /** The event of an alarm's last change of state up to a moment. It is identical until the state changes again. */
  alarmEvent(name: string, at: number = this.#state.now()): BusEvent {
    const alarm = this.#state.alarms.definitions.find((definition) => definition.name === name);
    if (alarm === undefined)
      throw new InputError('simulated account', `there is no alarm ${name}`, 'the name of an alarm of this world');
    const history = this.#state.alarms.history(name, this.#state.now());
    return alarmEvent(
      this.#state.world,
      alarm,
      history.filter((state) => state.at <= at),
    );
  }

  #role(role: string, session: string): string {
    return `arn:aws:sts::${this.#state.world.account}:assumed-role/${role}/${session}`;
  }

  #session(session: SimulatedSession): Cloud {
    const { account, region } = this.#state.world;
    return { account, region, send: (request) => this.#send(session, request) };
  }

  async #send(session: SimulatedSession, request: CloudRequest): Promise<unknown> {
    const command = commandOf(request);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const fault = this.#faults.faultsFor(request);
      if (fault.delaySeconds > 0) await this.#clock.sleep(fault.delaySeconds * 1000);
      if (!fault.throttled) return this.#answer(session, request, command, fault);
      this.#record(session, request, command.mutating, throttleOf(request.service));
      await this.#clock.sleep(2 ** attempt * 100);
    }
    const message = `${nameOf(request)} was throttled ${ATTEMPTS} times (${throttleOf(request.service)}).`;
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
      if (error !== undefined) throw error;
      const answer = command.run(structuredClone(request.input), { ...this.#state, takesSeconds });
      this.#record(session, request, command.mutating, 'ok');
      if (command.mutating) this.#trail(session, request, resources);
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

  #trail({ principal }: SimulatedSession, { service, command, input }: CloudRequest, arns: readonly string[]): void {
    const resources = arns.map((arn) => ({ type: RESOURCE_TYPES[service] ?? '', name: arn.split('/').at(-1) ?? arn }));
    const source = `${service}.amazonaws.com`;
    const user = principal.split('/').at(-1) ?? principal;
    this.#state.trail.push({ at: this.#state.now(), event: command, source, user, resources, request: input });
  }
}

const nameOf = ({ service, command, input }: CloudRequest): string => callName(`${service}:${command}`, input);

const codeOf = (error: unknown): string =>
  error instanceof CloudError || error instanceof InputError ? error.code : 'InternalFailure';

/** CloudTrail's resource types of mutating commands. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  ec2: 'AWS::EC2::Instance',
  autoscaling: 'AWS::AutoScaling::AutoScalingGroup',
};
