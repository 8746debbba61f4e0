import { StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { STATE_OF, type ApproveOutput, type StepName } from '../lambdas/contracts/flow.ts';
import { Json, type JsonObject } from '../lambdas/contracts/json.ts';
import { CheckreinError, contractBroken } from '../lambdas/errors.ts';
import type { Callbacks } from '../lambdas/ports.ts';
import type { SimulatedClock } from './account/clock.ts';

/** Runs the function behind a state, on the payload that the definition makes for it. */
export type Invoke = (step: StepName, payload: Json) => Promise<unknown>;

const Definition = z.object({
  States: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      TimeoutSeconds: z.int().optional(),
      Retry: z.array(z.object({ IntervalSeconds: z.number().optional() })).optional(),
    }),
  ),
});
const Settling = z.object({ waitSeconds: z.int() });

/** What Step Functions throws when nobody answered a task token in time. */
const stateTimeout = (): CheckreinError =>
  new CheckreinError('States.Timeout', 'Nobody answered the task token in time.', 'None: the state machine goes on.');

/** The tokens that executions wait on. What KMS-signed callbacks are in AWS is a promise here. */
export class WaitingTasks implements Callbacks {
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

  /** Lets a wait run out, as the clock would. */
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
  /** Amazon States Language, out of the synthesized template. */
  readonly definition: JsonObject;
  readonly clock: SimulatedClock;
  readonly invoke: Invoke;
  readonly tasks: WaitingTasks;
  /** Called with the token once a question has been asked; resolves when the local approver is done with it. */
  readonly onWaiting: (token: string, answered: Promise<unknown>, expire: () => void) => Promise<void>;
}

const Called = z.object({ Payload: Json });
const Asked = z.object({ Payload: z.object({ taskToken: z.string() }) });

/**
 * Runs the very state machine of the template: its choices, retries, catches and payloads. What differs is
 * where a task runs (here, instead of in Lambda) and how time passes (at once, instead of waiting).
 */
export const runFlow = async (options: FlowOptions, execution: string, input: JsonObject): Promise<unknown> => {
  const { definition, clock, invoke, tasks, onWaiting } = options;
  const { States } = Definition.parse(definition);
  const stepOf = new Map(Object.entries(STATE_OF).map(([step, state]) => [state, step]));
  const isStep = (name: string | undefined): name is StepName => name !== undefined && Object.hasOwn(STATE_OF, name);

  const task = async (step: StepName, raw: unknown): Promise<Json> => {
    const { Payload } = Called.parse(raw);
    const settling = Settling.safeParse(Payload);
    if (step === 'verify' && settling.success) clock.advance(settling.data.waitSeconds * 1000);
    try {
      return { Payload: Json.parse((await invoke(step, Payload)) ?? null) };
    } catch (error) {
      // The definition waits before it tries again; so does the clock.
      clock.advance((States[STATE_OF[step]]?.Retry?.[0]?.IntervalSeconds ?? 1) * 1000);
      throw error;
    }
  };
  const waitForAnswer = async (raw: unknown): Promise<Json> => {
    const { taskToken } = Asked.parse(raw).Payload;
    const answer = tasks.wait(taskToken);
    answer.catch(() => undefined);
    await task('approve', raw);
    const seconds = States[STATE_OF.approve]?.TimeoutSeconds ?? 60;
    const expire = (): void => {
      clock.advance(seconds * 1000);
      tasks.expire(taskToken);
    };
    // A person takes real time. Ours runs out a little before the interpreter's, so that the clock moves too.
    const timer = setTimeout(expire, seconds * 1000 - 500);
    try {
      await onWaiting(taskToken, answer, expire);
      return Json.parse(await answer);
    } finally {
      clearTimeout(timer);
    }
  };

  const tasksByState = Object.entries(States)
    .filter(([, state]) => state.Type === 'Task')
    .map(([name]) => name);
  const handlers = tasksByState.map((state) => {
    const step = stepOf.get(state);
    if (!isStep(step)) throw contractBroken(`State ${state} of the definition belongs to no step.`);
    return [state, (raw: unknown) => (step === 'approve' ? waitForAnswer(raw) : task(step, raw))] as const;
  });
  const waits = Object.entries(States)
    .filter(([, state]) => state.Type === 'Wait')
    .map(([name]) => [name, 0] as const);
  const machine = new StateMachine(
    z.custom<ConstructorParameters<typeof StateMachine>[0]>(() => true).parse(definition),
    { validationOptions: { checkArn: false } },
  );
  const context = {
    Execution: {
      Id: `arn:aws:states:local:000000000000:execution:checkrein:${execution}`,
      Name: execution,
      Input: input,
      StartTime: clock.now().toISOString(),
    },
    get Task() {
      return { Token: tasks.next() };
    },
  };
  const run = machine.run(input, {
    context,
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      waitTimeOverrides: Object.fromEntries(waits),
      retryIntervalOverrides: Object.fromEntries(tasksByState.map((state) => [state, 0])),
    },
  });
  return run.result;
};
