import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { awsFailureOf } from '../aws/errors.ts';

/** What a failed call was about. */
export interface BedrockCall {
  /** As the agent names it. */
  readonly model: string;
  /** As Bedrock was asked for it. */
  readonly profile: string;
  readonly region: string;
  /** The bound of the turn, if that is what ended it. */
  readonly outOfTimeMs: number | null;
}

const TRY_LATER =
  'Nothing was decided in this turn; it is safe to try again. If it persists, look at the quotas of the model in the ' +
  'console of Service Quotas and at https://health.aws.amazon.com.';
const GRANT_ACCESS =
  'Grant the account access to the model in the Bedrock console (Anthropic asks for a use case once), and look for a ' +
  'service control policy that denies bedrock:InvokeModel in a Region of the inference profile. The right of the ' +
  "function follows from the agents' models: deploy again after a change. On a laptop it is the right of your shell.";
const CREDENTIALS = 'On a laptop: check AWS_PROFILE or your credentials. In AWS the role of the function is used.';
const WHERE_THE_MODEL_IS =
  "Check the agent's `model` (config/agents/), and `model.geography` and `model.region` (config/deployment.ts): not " +
  'every model has an inference profile in every geography, and a profile can be used in the Regions of its geography.';

/** Codes of those whose signature is not believed. */
const NOT_SIGNED_IN: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** Refusals that only time helps with: the model timed out or failed on its side, or a quota is used up. */
const MAY_PASS: ReadonlySet<string> = new Set([
  'ModelErrorException',
  'ModelNotReadyException',
  'ModelTimeoutException',
  'ServiceQuotaExceededException',
]);

/** How Bedrock words that it cannot serve a model under that id here; it has no code of its own for this. */
const NO_SUCH_MODEL = /model identifier|inference profile|on-demand throughput|end of its life|not supported in/i;

/** Of what the SDK threw: what goes into the cause. The rest carries headers and bodies that have no place in a log. */
const Thrown = z.looseObject({
  name: z.string(),
  $metadata: z.looseObject({ requestId: z.string().optional() }).optional(),
});

/** Turns what the SDK threw into an error that the state machine knows: wait, fix the deployment, or report a bug. */
export const bedrockFailureOf = (thrown: unknown, { model, profile, region, outOfTimeMs }: BedrockCall): StepError => {
  const failure = awsFailureOf(thrown);
  const code = failure.kind === 'refused' ? failure.code : null;
  const { name, $metadata } = Thrown.safeParse(thrown).data ?? {};
  const requestId = $metadata?.requestId ?? null;
  const cause = { code, says: failure.says.slice(0, 1000), requestId };
  const said = `${code === null ? '' : `${code}: `}${cause.says}${requestId === null ? '' : ` (request ${requestId})`}`;
  const bedrock = `Amazon Bedrock in ${region}`;
  if (outOfTimeMs !== null) {
    const bound = `${outOfTimeMs / 1000} s, retries included`;
    return unavailable(`${bedrock} gave no whole answer within ${bound}: ${said}`, cause);
  }
  if (name === 'CredentialsProviderError' || (code !== null && NOT_SIGNED_IN.has(code)))
    return misconfigured(`${bedrock} does not know who asks: ${said}`, CREDENTIALS, cause);
  if (code === 'AccessDeniedException')
    return misconfigured(`${bedrock} may not be asked for ${profile}: ${said}`, GRANT_ACCESS, cause);
  if (code === 'ResourceNotFoundException' || (code === 'ValidationException' && NO_SUCH_MODEL.test(cause.says)))
    return misconfigured(
      `${bedrock} does not serve the model "${model}" as ${profile}: ${said}`,
      WHERE_THE_MODEL_IS,
      cause,
    );
  if (failure.kind === 'unavailable' || (code !== null && MAY_PASS.has(code)))
    return unavailable(`${bedrock}: ${said}`, cause);
  return contractBroken(`${bedrock} does not accept our request: ${said}`, cause);
};

/** A model that the table has no Bedrock id for. Compiled rules have none; those of an older deployment might. */
export const notOnBedrock = (problem: string): StepError =>
  misconfigured(problem, 'Add the line, review it, and deploy again.');

/** An answer with status 200 that is no JSON. */
export const cutShort = (cause: unknown): StepError =>
  unavailable(`Amazon Bedrock answered with something that is no JSON: ${String(cause)}`, cause);

const unavailable = (message: string, cause: unknown): StepError =>
  new StepError(ERROR.modelUnavailable, message, TRY_LATER, cause);

const misconfigured = (message: string, advice: string, cause?: unknown): StepError =>
  new StepError(ERROR.misconfigured, message, advice, cause);
