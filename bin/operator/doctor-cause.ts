import * as z from 'zod';
import { parseJson } from '../../lambdas/contracts/json.ts';

/** The longest cause that is readable on a terminal. */
const MAX_LENGTH = 400;

const LambdaCause = z.object({ errorMessage: z.string() });

/** The message in an execution's cause: a function's error is JSON with a stack trace, any other is plain text. */
export const messageIn = (cause: string): string => {
  const message = LambdaCause.safeParse(parseJson(cause)).data?.errorMessage ?? cause;
  return message.length > MAX_LENGTH ? `${message.slice(0, MAX_LENGTH)}…` : message;
};
