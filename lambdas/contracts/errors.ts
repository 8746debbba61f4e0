import { ERROR, type ErrorName } from './error-names.ts';

/**
 * Base of all our errors: a stable `code` for machines, a sentence, and advice on what to do about it.
 * `name` equals `code`, because that is what Step Functions matches on.
 */
export class CheckreinError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly advice: string;
  constructor(code: Code, message: string, advice: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.name = code;
    this.advice = advice;
  }
}

/** An error that leaves a step. The state machine's Retry and Catch know its name. */
export class StepError extends CheckreinError<ErrorName> {}

/** What else is known of a refusal. */
interface CloudErrorMore {
  readonly details?: unknown;
  readonly advice?: string | undefined;
  readonly forModel?: string | undefined;
}

/** A provider refused a call for a reason that the model may read. `code` is the provider's own error code. */
export class CloudError extends CheckreinError {
  /** The provider's own message, which tools parse (an encoded authorization message, a capacity zone). */
  readonly awsMessage: string;
  /** The call that failed, and on what: `ec2:StopInstances on i-0123456789abcdef0`. */
  readonly call: string | undefined;
  /** What else the provider said, as it said it: of Kubernetes the details of the Status. */
  readonly details: unknown;
  /** What the model can do about it, if the provider knows. */
  readonly forModel: string | undefined;
  constructor(code: string, awsMessage: string, cause?: unknown, call?: string, more: CloudErrorMore = {}) {
    const failed = call === undefined ? '' : `${call} failed: `;
    const advice = more.advice ?? 'See the API reference of the provider for this error code.';
    super(code, `${failed}${code}: ${awsMessage}`, advice, cause);
    this.details = more.details;
    this.awsMessage = awsMessage;
    this.call = call;
    this.forModel = more.forModel;
  }
}

/** A tool cannot do what it was asked, for a reason that the model should read and plan around. */
export class ToolRefusal extends CheckreinError {
  constructor(message: string) {
    super('ToolRefusal', message, 'Propose something else.');
  }
}

/** The incident was closed and its trace sealed; nothing can follow. */
export class TraceSealed extends CheckreinError {
  constructor(incident: string) {
    super('TraceSealed', `The trace of incident ${incident} is sealed.`, 'Open a new incident.');
  }
}

/** Wrong input from a person: a file, a flag, a configuration. Names where, what, and what was expected. */
export class InputError extends CheckreinError {
  constructor(where: string, problem: string, expected: string, cause?: unknown) {
    super('InputError', `${where}: ${problem}`, expected, cause);
  }
}

/** Several mistakes in one place, each on a line of its own. `effect` says what was not done because of them. */
export class ProblemsError extends InputError {
  readonly problems: readonly string[];
  constructor(where: string, problems: readonly string[], effect: string) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(where, `${count}, so ${effect}.\n${problems.map((one) => `  ${one}`).join('\n')}`, 'fix every line above');
    this.problems = problems;
  }
}

export const contractBroken = (message: string, cause?: unknown): StepError =>
  new StepError(ERROR.contractBroken, message, 'This is a bug in Checkrein; please report it with the trace.', cause);
