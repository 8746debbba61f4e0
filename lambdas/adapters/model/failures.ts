import { AnthropicError, APIError } from '@anthropic-ai/sdk';
import { ENV } from '../../contracts/env.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';

/** What a failed call was about. */
export interface CallContext {
  readonly baseUrl: string;
  readonly model: string;
  /** Taken out of every text that comes from outside: a gateway may echo it. */
  readonly key: string;
  /** The bound of the turn, if that is what ended it. */
  readonly outOfTimeMs: number | null;
}

/**
 * The cause of our errors: what the service said, copied. The SDK's error itself stays behind, because
 * it carries headers and bodies that have no place in a log.
 */
interface Failure {
  readonly status: number | null;
  readonly type: string | null;
  readonly requestId: string | null;
  readonly says: string;
}

const TRY_LATER = 'Nothing was decided in this turn; it is safe to try again. See https://status.claude.com.';
const WHERE_THE_KEY_IS =
  `The key is the plain text of the Secrets Manager secret that ${ENV.modelSecret} names ` +
  '(on a laptop, the environment variable ANTHROPIC_API_KEY).';

/** Turns what the SDK threw into an error that the state machine knows: wait, fix the deployment, or report a bug. */
export const modelFailureOf = (thrown: unknown, context: CallContext): StepError => {
  const failure = describe(thrown, context.key);
  const { status } = failure;
  const said = sentence(failure);
  if (context.outOfTimeMs !== null) {
    const bound = `${context.outOfTimeMs / 1000} s, retries included`;
    const message = `The model at ${context.baseUrl} gave no whole answer within ${bound}`;
    return new StepError(ERROR.modelUnavailable, `${message}: ${said}`, TRY_LATER, failure);
  }
  if (status === 401 || status === 403) return badKey(`was refused by ${context.baseUrl}: ${said}`, failure);
  if (status === 402) return misconfigured(`The account of the API key cannot pay: ${said}`, WHERE_THE_KEY_IS, failure);
  if (status === 404) {
    const advice = "Check the agent's `model` (config/agents/) and `model.baseUrl` (config/deployment.ts).";
    return misconfigured(`${context.baseUrl} does not know the model "${context.model}": ${said}`, advice, failure);
  }
  if (mayPass(thrown, status)) {
    return new StepError(ERROR.modelUnavailable, `The model at ${context.baseUrl}: ${said}`, TRY_LATER, failure);
  }
  return contractBroken(`The model at ${context.baseUrl} does not accept our request: ${said}`, failure);
};

/** The key cannot be used. The message never holds it. */
export const badKey = (problem: string, cause?: unknown): StepError =>
  misconfigured(`The model's API key ${problem}`, WHERE_THE_KEY_IS, cause);

const misconfigured = (message: string, advice: string, cause?: unknown): StepError =>
  new StepError(ERROR.misconfigured, message, advice, cause);

/** A time-out, a lock, a limit, an outage; or no status: a connection that failed, was cut, or brought half a body. */
const mayPass = (thrown: unknown, status: number | null): boolean => {
  if (status === null) return !(thrown instanceof AnthropicError) || thrown instanceof APIError;
  return status === 408 || status === 409 || status === 429 || status >= 500;
};

const describe = (thrown: unknown, key: string): Failure => {
  const clean = (text: string): string => text.replaceAll(key, '[key]').slice(0, 1000);
  if (!(thrown instanceof APIError)) return { status: null, type: null, requestId: null, says: clean(chain(thrown)) };
  const status: unknown = thrown.status;
  return {
    status: typeof status === 'number' ? status : null,
    type: thrown.type,
    requestId: thrown.requestID ?? null,
    says: clean(thrown.apiMessage ?? chain(thrown)),
  };
};

/** `Connection error. <- fetch failed <- connect ECONNREFUSED …`: the last of them is the one that tells. */
const chain = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message} <- ${chain(thrown.cause)}`;
};

const sentence = ({ status, type, requestId, says }: Failure): string => {
  const kind = [status, type].filter((part) => part !== null).join(' ');
  return `${kind === '' ? '' : `${kind}: `}${says}${requestId === null ? '' : ` (request ${requestId})`}`;
};
