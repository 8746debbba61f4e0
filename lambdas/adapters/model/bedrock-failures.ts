import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { classifyAwsError } from '../aws/errors.ts';

/** The call that failed. */
export interface BedrockCall {
  /** The agent's name of the model. */
  readonly model: string;
  /** The inference profile that was invoked. */
  readonly profile: string;
  readonly region: string;
  /** The time limit of the turn, if that ended it. */
  readonly timedOutAfterMs: number | null;
}

const TRY_LATER =
  'Nothing was decided in this turn; it is safe to try again. If it persists, look at the quotas of the model in the ' +
  'console of Service Quotas and at https://health.aws.amazon.com.';
const GRANT_ACCESS =
  'The first call of a model subscribes the account to it on AWS Marketplace, which Decide may not do: let somebody who ' +
  'may aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions call the model once (docs/deploy.md, "Models on ' +
  'Bedrock"; Anthropic asks for a use case once). It can take two minutes to count. Otherwise look for a service control ' +
  'policy that denies bedrock:InvokeModel in a Region of the inference profile. The permissions of the ' +
  "function follow from the agents' models: deploy again after a change. On a laptop your shell's credentials count.";
const CREDENTIALS = 'On a laptop: check AWS_PROFILE or your credentials. In AWS the role of the function is used.';
const WHERE_THE_MODEL_IS =
  "Check the agent's `model` (config/agents/), and `model.geography` and `model.region` of the settings: not " +
  'every model has an inference profile in every geography, and a profile can be used in the Regions of its geography.';

/** Error codes for missing, expired or wrong credentials. */
const BAD_CREDENTIALS: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** Rejections that a retry may get past: the model timed out or failed, or a quota is used up. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'ModelErrorException',
  'ModelNotReadyException',
  'ModelTimeoutException',
  'ServiceQuotaExceededException',
]);

/** Bedrock's messages for a model it cannot serve under that id. It has no error code for this. */
const NO_SUCH_MODEL = /model identifier|inference profile|on-demand throughput|end of its life|not supported in/i;

/** The parts of the SDK's error that go into the cause. The rest has headers and bodies, which must not be logged. */
const Thrown = z.looseObject({
  name: z.string(),
  $metadata: z.looseObject({ requestId: z.string().optional() }).optional(),
});

/** Turns what the SDK threw into an error that the state machine handles: wait, fix the deployment, or report a bug. */
export const bedrockFailureOf = (
  thrown: unknown,
  { model, profile, region, timedOutAfterMs }: BedrockCall,
): StepError => {
  const failure = classifyAwsError(thrown);
  const code = failure.kind === 'refused' ? failure.code : null;
  const { name, $metadata } = Thrown.safeParse(thrown).data ?? {};
  const requestId = $metadata?.requestId ?? null;
  const cause = { code, message: failure.message.slice(0, 1000), requestId };
  const details = `${code === null ? '' : `${code}: `}${cause.message}${requestId === null ? '' : ` (request ${requestId})`}`;
  const bedrock = `Amazon Bedrock in ${region}`;
  if (timedOutAfterMs !== null) {
    const limit = `${timedOutAfterMs / 1000} s, retries included`;
    return unavailable(`${bedrock} gave no complete response within ${limit}: ${details}`, cause);
  }
  if (name === 'CredentialsProviderError' || (code !== null && BAD_CREDENTIALS.has(code)))
    return misconfigured(`${bedrock} did not accept the credentials: ${details}`, CREDENTIALS, cause);
  if (code === 'AccessDeniedException')
    return misconfigured(`${bedrock} denied access to ${profile}: ${details}`, GRANT_ACCESS, cause);
  if (code === 'ResourceNotFoundException' || (code === 'ValidationException' && NO_SUCH_MODEL.test(cause.message)))
    return misconfigured(
      `${bedrock} does not serve the model "${model}" as ${profile}: ${details}`,
      WHERE_THE_MODEL_IS,
      cause,
    );
  if (failure.kind === 'unavailable' || (code !== null && TRANSIENT.has(code)))
    return unavailable(`${bedrock}: ${details}`, cause);
  return contractBroken(`${bedrock} rejected the request: ${details}`, cause);
};

/** A model that is not in the table of Bedrock ids. Compiled rules never name one, but those of an older deployment might. */
export const unlistedModel = (problem: string): StepError =>
  misconfigured(problem, 'Add the line, review it, and deploy again.');

/** A response with status 200 that is not JSON. */
export const invalidJson = (cause: unknown): StepError =>
  unavailable(`Amazon Bedrock returned a body that is not JSON: ${String(cause)}`, cause);

const unavailable = (message: string, cause: unknown): StepError =>
  new StepError(ERROR.modelUnavailable, message, TRY_LATER, cause);

const misconfigured = (message: string, advice: string, cause?: unknown): StepError =>
  new StepError(ERROR.misconfigured, message, advice, cause);
