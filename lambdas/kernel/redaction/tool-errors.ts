import * as z from 'zod';
import { CloudError, StepError, ToolRefusal } from '../../contracts/errors.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { ended } from '../../contracts/cloud-call.ts';
import { redactedText } from './redactor.ts';

/** An error that the model should read and plan around. */
export interface ToolError {
  readonly code: string;
  readonly message: string;
}

/** What a tool returned, or the error that the model should read and plan around. */
type ToolResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ToolError };

/**
 * Runs a tool. An error that the model should read is returned, without the secrets that a provider may have quoted.
 * A fault of the harness is thrown on, since it must leave the step.
 */
export const toolResult = async <T>(run: () => T | Promise<T>): Promise<ToolResult<T>> => {
  try {
    return { ok: true, value: await run() };
  } catch (thrown) {
    const error = forModel(thrown);
    if (error === undefined) throw thrown;
    return { ok: false, error: { code: error.code, message: redactedText(error.message) } };
  }
};

const forModel = (error: unknown): ToolError | undefined => {
  if (error instanceof CloudError) return { code: error.code, message: withAdvice(error) };
  if (error instanceof ToolRefusal) return { code: error.code, message: error.message };
  if (error instanceof StepError && error.code === ERROR.cloudUnavailable)
    return { code: error.code, message: `${ended(error.message)} It may work in a later turn.` };
  if (error instanceof z.ZodError)
    return {
      code: 'UnexpectedAnswer',
      message: `The answer has a form that this tool does not know: ${z.prettifyError(error)}`,
    };
  return undefined;
};

const withAdvice = ({ forModel: advice, message }: CloudError): string =>
  advice === undefined ? message : `${ended(message)} ${advice}`;
