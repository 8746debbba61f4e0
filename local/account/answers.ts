import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../lambdas/contracts/json.ts';
import { CloudError, InputError } from '../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import { awsError } from './aws-error.ts';
import type { Command } from './command.ts';
import { simulatedCommandOf } from './services.ts';
import type { Answer } from './world/answers.ts';
import { offsetMs } from './world/time.ts';
import { withTimes } from './world/times-in-json.ts';
import type { World } from './world/world.ts';

/** Who answers a call: the first fitting line of the world's `answers:`, or the simulator. */
export class Answers {
  readonly #world: World;
  readonly #origin: number;
  readonly #used = new Map<Answer, number>();
  readonly #states = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    this.#origin = Date.parse(world.now);
  }

  /** The command of a call at a moment. A line counts as used when its command runs, not when it is found. */
  commandFor(request: CloudRequest, now: number): Command {
    const simulated = simulatedCommandOf(request);
    const line = this.#world.answers.find((one) => this.#fits(one, request, now));
    if (line !== undefined) return this.#answered(line, request, simulated);
    if (simulated !== undefined) return simulated;
    throw this.#unanswered(request);
  }

  #fits(line: Answer, { service, command, input }: CloudRequest, now: number): boolean {
    if (line.service !== service || line.command !== command) return false;
    if ((this.#used.get(line) ?? 0) >= (line.times ?? Infinity)) return false;
    const at = now - this.#origin;
    if (line.from !== undefined && at < offsetMs(line.from)) return false;
    if (line.until !== undefined && at >= offsetMs(line.until)) return false;
    if (!Object.entries(line.when ?? {}).every(([name, value]) => this.#states.get(name) === value)) return false;
    return line.input === undefined || hasFields(input, line.input);
  }

  /** A line for a command of the simulator changes the answer, not what the call is: a change stays a change. */
  #answered(line: Answer, request: CloudRequest, simulated: Command | undefined): Command {
    const mutating = line.mutating === true || simulated?.mutating === true;
    return {
      mutating,
      resources: (input, state) => [...(line.resources ?? []), ...(simulated?.resources(input, state) ?? [])],
      run: (input, state) => {
        const isDryRun = mutating && input['DryRun'] === true && line.input?.['DryRun'] === undefined;
        if (isDryRun && simulated !== undefined) return simulated.run(input, state);
        if (isDryRun) throw wouldSucceed();
        return this.#take(line, request);
      },
    };
  }

  #take(line: Answer, request: CloudRequest): JsonObject {
    this.#used.set(line, (this.#used.get(line) ?? 0) + 1);
    for (const [name, value] of Object.entries(line.set ?? {})) this.#states.set(name, value);
    if (line.error !== undefined) throw awsError(request, line.error.code, line.error.message);
    return withTimes(line.answer ?? {}, this.#origin);
  }

  #unanswered({ service, command, input }: CloudRequest): InputError {
    const { file = 'the world file' } = this.#world;
    const lines = this.#world.answers.filter((line) => line.service === service && line.command === command).length;
    const why =
      lines === 0
        ? 'no line of answers: is about it'
        : `each line of answers: about it (${lines}) is used up or is for another input, time or state (state now: ${this.#stateNow()})`;
    return new InputError(
      'simulated account',
      `no answer to ${service}:${command} with the input ${clip(JSON.stringify(input))}: the simulator does not have this ` +
        `command, and ${why}. Add a line to answers: of ${file}`,
      `{ service: ${service}, command: ${command}, input: …, answer: … } (see docs/world-format.md)`,
    );
  }

  #stateNow(): string {
    const states = [...this.#states].map(([name, value]) => `${name}: ${value}`);
    return states.length === 0 ? 'none' : states.join(', ');
  }
}

/** Whether a value has every field of the pattern. Lists and values must be equal. */
const hasFields = (value: Json | undefined, pattern: Json): boolean => {
  if (!isObject(pattern)) return isDeepStrictEqual(value, pattern);
  if (value === undefined || !isObject(value)) return false;
  return Object.entries(pattern).every(([key, item]) => Object.hasOwn(value, key) && hasFields(value[key], item));
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** AWS's answer to a dry run that it would allow. A line about dry runs themselves names DryRun in its input. */
const wouldSucceed = (): CloudError =>
  new CloudError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');

const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text);
