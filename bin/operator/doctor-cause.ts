import * as z from 'zod';

/** As much of a cause as a line on a terminal has place for. */
const MAX_LENGTH = 400;

const LambdaCause = z.object({ errorMessage: z.string() });

/** The sentence in an execution's cause: a function's error comes as JSON with a stack trace, others as they are. */
export const messageIn = (cause: string): string => {
  const message = LambdaCause.safeParse(parsed(cause)).data?.errorMessage ?? cause;
  return message.length > MAX_LENGTH ? `${message.slice(0, MAX_LENGTH)}…` : message;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
