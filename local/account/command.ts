import * as z from 'zod';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { CloudError, InputError } from '../../lambdas/contracts/errors.ts';
import type { State } from './state.ts';

/** One command of one AWS service, as the simulated account answers it. */
export interface Command {
  readonly mutating: boolean;
  /** ARNs that a call touches, where IAM can be narrowed to them. */
  resources(input: JsonObject, state: State): readonly string[];
  run(input: JsonObject, state: State): JsonObject;
}

/** Makes a command out of the parameters it understands (a strict object), one function, and, if it mutates, the ARNs it touches. */
export const simulatedCommand = <I extends z.ZodObject>(
  name: string,
  parameters: I,
  run: (input: z.output<I>, state: State) => JsonObject,
  changes?: (input: z.output<I>, state: State) => readonly string[],
): Command => ({
  mutating: changes !== undefined,
  resources: (input, state) => changes?.(parse(name, parameters, input), state) ?? [],
  run: (input, state) => run(parse(name, parameters, input), state),
});

/** A parameter that the simulation does not know is a bug of a tool or a gap here: loud, and never an AWS refusal. */
const parse = <I extends z.ZodObject>(name: string, parameters: I, input: JsonObject): z.output<I> => {
  const parsed = parameters.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
  throw new InputError(`simulated ${name}`, issues, `parameters: ${Object.keys(parameters.shape).join(', ')}`);
};

/** A moment as the SDK takes it, once it is JSON. */
export const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A moment as answers give it. */
export const iso = (at: number): string => new Date(at).toISOString();

/** One page of a long answer; the token is the place where the next page starts. */
export const paginated = <T>(
  all: readonly T[],
  size: number | undefined,
  token: string | undefined,
): { items: T[]; next: string | undefined } => {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0)
    throw new CloudError('InvalidNextToken', `The token '${token ?? ''}' is invalid.`);
  const to = from + (size ?? all.length);
  return { items: all.slice(from, to), next: to < all.length ? String(to) : undefined };
};

/** `{ NextToken }` where there is another page, else nothing: as the SDK leaves it out. */
export const nextToken = (next: string | undefined): { NextToken?: string } =>
  next === undefined ? {} : { NextToken: next };
