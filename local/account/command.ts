import * as z from 'zod';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { CloudError, InputError } from '../../lambdas/contracts/errors.ts';
import type { State } from './state.ts';

/** One simulated command of an AWS service. */
export interface Command {
  readonly mutating: boolean;
  /** The ARNs that a call touches, if IAM supports resource-level permissions for it. */
  resources(input: JsonObject, state: State): readonly string[];
  run(input: JsonObject, state: State): JsonObject;
}

/** Makes a command from its parameters (a strict object), its function and, if it mutates, the ARNs it touches. */
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

/** An unknown parameter is a bug in a tool or a gap in the simulation, so it is not reported as an AWS error. */
const parse = <I extends z.ZodObject>(name: string, parameters: I, input: JsonObject): z.output<I> => {
  const parsed = parameters.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
  throw new InputError(`simulated ${name}`, issues, `parameters: ${Object.keys(parameters.shape).join(', ')}`);
};

/** A time parameter in JSON. */
export const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A time in an answer. */
export const iso = (at: number): string => new Date(at).toISOString();

/** One page of a long answer; the token, left out on the last page, is the place where the next page starts. */
export const paginated = <T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { items: T[]; NextToken?: string } => {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0)
    throw new CloudError('InvalidNextToken', `The token '${token ?? ''}' is invalid.`);
  const to = from + size;
  return { items: all.slice(from, to), ...(to < all.length && { NextToken: String(to) }) };
};
