import { AnthropicError, APIError } from '@anthropic-ai/sdk';
import { ENV } from '../../contracts/env.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';

/** The call that failed. */
export interface CallContext {
  readonly baseUrl: string;
  readonly model: string;
  /** Removed from every text that comes back, because a gateway may echo it. */
  readonly key: string;
  /** The time limit of the turn, if that ended it. */
  readonly timedOutAfterMs: number | null;
}

/** What the service reported, copied out of the SDK's error, which has headers and bodies that must not be logged. */
interface Failure {
  readonly status: number | null;
  readonly type: string | null;
  readonly requestId: string | null;
  readonly message: string;
}

const TRY_LATER = 'Nothing was decided in this turn; it is safe to try again. See https://status.claude.com.';
const WHERE_THE_KEY_IS =
  `The key is the plain text of the Secrets Manager secret that ${ENV.modelSecret} names ` +
  '(on a laptop, the environment variable ANTHROPIC_API_KEY).';

/** Turns what the SDK threw into an error that the state machine handles: wait, fix the deployment, or report a bug. */
export const anthropicFailureOf = (thrown: unknown, context: CallContext): StepError => {
  const failure = describe(thrown, context.key);
  const { status } = failure;
  const details = failureText(failure);
  if (context.timedOutAfterMs !== null) {
    const limit = `${context.timedOutAfterMs / 1000} s, retries included`;
    const message = `The model at ${context.baseUrl} gave no complete response within ${limit}`;
    return new StepError(ERROR.modelUnavailable, `${message}: ${details}`, TRY_LATER, failure);
  }
  if (status === 401 || status === 403) return badKey(`was refused by ${context.baseUrl}: ${details}`, failure);
  if (status === 402)
    return misconfigured(`The account of the API key has a billing problem: ${details}`, WHERE_THE_KEY_IS, failure);
  if (status === 404) {
    const advice = "Check the agent's `model` (config/agents/) and `model.baseUrl` of the settings.";
    return misconfigured(`${context.baseUrl} has no model "${context.model}": ${details}`, advice, failure);
  }
  if (isTransient(thrown, status)) {
    return new StepError(ERROR.modelUnavailable, `The model at ${context.baseUrl}: ${details}`, TRY_LATER, failure);
  }
  return contractBroken(`The model at ${context.baseUrl} rejected the request: ${details}`, failure);
};

/** The API key cannot be used. The message never contains it. */
export const badKey = (problem: string, cause?: unknown): StepError =>
  misconfigured(`The model's API key ${problem}`, WHERE_THE_KEY_IS, cause);

const misconfigured = (message: string, advice: string, cause?: unknown): StepError =>
  new StepError(ERROR.misconfigured, message, advice, cause);

/** A timeout, conflict, rate limit or outage; or no status at all, because the connection failed or was cut. */
const isTransient = (thrown: unknown, status: number | null): boolean => {
  if (status === null) return !(thrown instanceof AnthropicError) || thrown instanceof APIError;
  return status === 408 || status === 409 || status === 429 || status >= 500;
};

const describe = (thrown: unknown, key: string): Failure => {
  const clean = (text: string): string => text.replaceAll(key, '[key]').slice(0, 1000);
  if (!(thrown instanceof APIError))
    return { status: null, type: null, requestId: null, message: clean(causeChain(thrown)) };
  const status: unknown = thrown.status;
  return {
    status: typeof status === 'number' ? status : null,
    type: thrown.type,
    requestId: thrown.requestID ?? null,
    message: clean(thrown.apiMessage ?? causeChain(thrown)),
  };
};

/** `Connection error. <- fetch failed <- connect ECONNREFUSED …`: the last one is the root cause. */
const causeChain = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message} <- ${causeChain(thrown.cause)}`;
};

const failureText = ({ status, type, requestId, message }: Failure): string => {
  const kind = [status, type].filter((part) => part !== null).join(' ');
  return `${kind === '' ? '' : `${kind}: `}${message}${requestId === null ? '' : ` (request ${requestId})`}`;
};
