import type { StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { STATE_OF, STEP_NAMES, type ApproveOutput, type StepName } from '../lambdas/contracts/flow.ts';
import { Json, type JsonObject } from '../lambdas/contracts/json.ts';
import { CheckreinError, contractBroken } from '../lambdas/contracts/errors.ts';
import type { Callbacks } from '../lambdas/contracts/ports.ts';
import type { SimulatedClock } from './account/clock.ts';
import { Definition } from './definition.ts';
import { optionalPackage } from './optional-package.ts';

/** Runs the function of a state on the payload that the definition builds for it. */
export type Invoke = (step: StepName, payload: Json) => Promise<unknown>;

const Waiting = z.object({ waitSeconds: z.int() });

/** What Step Functions throws when a task token times out. */
const stateTimeout = (): CheckreinError =>
  new CheckreinError('States.Timeout', 'Nobody answered the task token in time.', 'None: the state machine goes on.');

/** The task tokens that executions wait for. A callback is a promise here. */
class WaitingTasks implements Callbacks {
  readonly #waiting = new Map<string, { resolve: (output: ApproveOutput) => void; reject: (error: Error) => void }>();
  #issued = 0;

  /** The token of the next wait. */
  next(): string {
    this.#issued += 1;
    return `local-task-${this.#issued}`;
  }

  wait(token: string): Promise<ApproveOutput> {
    return new Promise((resolve, reject) => this.#waiting.set(token, { resolve, reject }));
  }

  /** Ends a wait with a timeout. */
  expire(token: string): void {
    this.#waiting.get(token)?.reject(stateTimeout());
    this.#waiting.delete(token);
  }

  async resume(token: string, output: ApproveOutput): Promise<'resumed' | 'gone'> {
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    waiting?.resolve(output);
    return waiting === undefined ? 'gone' : 'resumed';
  }
}

export interface FlowOptions {
  /** Amazon States Language, from the synthesized template. */
  readonly definition: JsonObject;
  readonly clock: SimulatedClock;
  readonly invoke: Invoke;
  /** Called when an approval has been requested. Resolves when the local approver is done with it. */
  readonly onWaiting: (execution: string, answered: Promise<unknown>, expire: () => void) => Promise<void>;
}

const Called = z.object({ Payload: Json });
const Asked = z.object({ Payload: z.looseObject({ taskToken: z.string() }) });

/**
 * One definition is run many times. The interpreter does not validate it, which takes longer than a whole incident:
 * test/lib/validate.test.ts holds the synthesized definition to the same validator.
 */
const machines = new WeakMap<JsonObject, StateMachine>();
const machineOf = async (definition: JsonObject): Promise<StateMachine> => {
  const known = machines.get(definition);
  if (known !== undefined) return known;
  const { StateMachine } = await optionalPackage('aws-local-stepfunctions', () => import('aws-local-stepfunctions'));
  const machine = new StateMachine(Definition.parse(definition), { validationOptions: { noValidate: true } });
  machines.set(definition, machine);
  return machine;
};

const stepOfState = (state: string): StepName => {
  const step = STEP_NAMES.find((name) => STATE_OF[name] === state);
  if (step === undefined) throw contractBroken(`State ${state} of the definition belongs to no step.`);
  return step;
};

/**
 * The state machine of the template, with its choices, retries, catches and payloads. The difference is that
 * tasks run in this process instead of Lambda, and that waiting only moves the simulated clock.
 */
export class Flow {
  readonly tasks = new WaitingTasks();
  readonly #options: FlowOptions;
  readonly #states: Definition['States'];

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#states = Definition.parse(options.definition).States;
  }

  /** Runs one execution to its end. */
  async run(execution: string, input: JsonObject): Promise<unknown> {
    const tasksByState = this.#namesOf('Task');
    const handlers = tasksByState.map((state) => {
      const step = stepOfState(state);
      return [
        state,
        (raw: unknown) => (step === 'approve' ? this.#wait(execution, raw) : this.#task(step, raw)),
      ] as const;
    });
    const context = {
      Execution: { Name: execution, Input: input, StartTime: this.#options.clock.now().toISOString() },
      Task: { Token: 'one for each wait, below' },
    };
    const overrides = {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      waitTimeOverrides: Object.fromEntries(this.#namesOf('Wait').map((state) => [state, 0])),
      retryIntervalOverrides: Object.fromEntries(tasksByState.map((state) => [state, 0])),
    };
    const machine = await machineOf(this.#options.definition);
    return machine.run(input, { context, overrides }).result;
  }

  #namesOf(type: 'Task' | 'Wait'): string[] {
    return Object.entries(this.#states)
      .filter(([, state]) => state.Type === type)
      .map(([name]) => name);
  }

  #taskOf(step: StepName) {
    const state = this.#states[STATE_OF[step]];
    return state?.Type === 'Task' ? state : undefined;
  }

  async #task(step: StepName, raw: unknown): Promise<Json> {
    const { clock, invoke } = this.#options;
    const { Payload } = Called.parse(raw);
    try {
      const answer = Json.parse((await invoke(step, Payload)) ?? null);
      // The Wait state behind the step, which the interpreter skips.
      clock.advance((Waiting.safeParse(answer).data?.waitSeconds ?? 0) * 1000);
      return { Payload: answer };
    } catch (error) {
      // The state machine waits before a retry, so the clock moves too.
      clock.advance(this.#secondsBeforeRetry(step, error) * 1000);
      throw error;
    }
  }

  /** Step Functions uses the first retrier that matches the error. */
  #secondsBeforeRetry(step: StepName, error: unknown): number {
    const name = error instanceof Error ? error.name : '';
    const picked = this.#taskOf(step)?.Retry?.find(
      ({ ErrorEquals }) => ErrorEquals.includes(name) || ErrorEquals.includes('States.ALL'),
    );
    return picked?.IntervalSeconds ?? 1;
  }

  async #wait(execution: string, raw: unknown): Promise<Json> {
    const { clock, onWaiting } = this.#options;
    // The interpreter evaluates `$$.Task.Token` once for each execution; Step Functions makes a token for each wait.
    const taskToken = this.tasks.next();
    const answer = this.tasks.wait(taskToken);
    answer.catch(() => undefined);
    await this.#task('approve', { Payload: { ...Asked.parse(raw).Payload, taskToken } });
    const seconds = this.#taskOf('approve')?.TimeoutSeconds ?? 60;
    const expire = (): void => {
      clock.advance(seconds * 1000);
      this.tasks.expire(taskToken);
    };
    // A person takes real time. Our timer fires just before the interpreter's, so that the clock moves too.
    const timer = setTimeout(expire, seconds * 1000 - 500);
    try {
      await onWaiting(execution, answer, expire);
      return Json.parse(await answer);
    } finally {
      clearTimeout(timer);
    }
  }
}
