import type { Json, JsonObject } from '../../lambdas/contracts/json.ts';
import type { ProviderCall } from '../../lambdas/contracts/tool.ts';
import type { Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';

/** The answer to a call: a value, an error to throw, or a function of the input. */
export type FakeCloudAnswer = Json | Error | ((input: JsonObject) => Json);

/** A tool made a call that its manifest does not list, or that the test did not script. */
class UnexpectedCall extends Error {}

/**
 * A scripted cloud. Answers of one command are given in order, and the last one is repeated. Like the real
 * port it makes only the listed calls, so every test of a tool also tests its manifest.
 */
export class FakeCloud implements Cloud {
  readonly account = '123456789012';
  readonly region = 'eu-west-1';
  /** Everything that was sent, in order. */
  readonly requests: CloudRequest[] = [];
  readonly #calls: readonly ProviderCall[];
  readonly #script = new Map<string, FakeCloudAnswer[]>();

  constructor(calls: readonly ProviderCall[]) {
    this.#calls = calls;
  }

  /** Scripts the answers of one command, replacing earlier ones. */
  answers(service: string, command: string, ...answers: readonly FakeCloudAnswer[]): this {
    this.#script.set(`${service}:${command}`, [...answers]);
    return this;
  }

  async send(request: CloudRequest): Promise<unknown> {
    const name = `${request.service}:${request.command}`;
    this.requests.push(request);
    if (!this.#calls.some(({ service, command }) => `${service}:${command}` === name))
      throw new UnexpectedCall(`${name} is not in the manifest`);
    const answers = this.#script.get(name) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) throw new UnexpectedCall(`${name} has no scripted answer`);
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? answer(request.input) : answer;
  }

  /** Inputs of one command, in the order sent. */
  inputsOf(command: string): JsonObject[] {
    return this.requests.filter((request) => request.command === command).map(({ input }) => input);
  }

  /** Names of the commands, in the order sent. */
  get commands(): string[] {
    return this.requests.map(({ command }) => command);
  }
}
