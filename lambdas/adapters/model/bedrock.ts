import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { bedrockIdOf, unknownOnBedrock } from '../../contracts/bedrock.ts';
import type { ModelSource } from '../../contracts/settings.ts';
import type { Model, ModelRequest } from '../../contracts/ports.ts';
import { overHttp1 } from '../aws/bedrock-connection.ts';
import type { Connection } from '../aws/connection.ts';
import { bedrockFailureOf, cutShort, notOnBedrock } from './bedrock-failures.ts';
import { ATTEMPT_MS, RETRIES, TOTAL_MS, type Bounds } from './bounds.ts';
import { fromMessagesFormat, toMessagesFormat } from './messages-format.ts';

/**
 * The version of the Messages API that is asked for. Every Claude model on Bedrock takes it; the newer `2026-10-21`,
 * which Anthropic's own SDK sends, is refused by models before 4.7 (docs/decisions/0015-bedrock-by-the-aws-sdk.md).
 */
const VERSION = 'bedrock-2023-05-31';

/** Where the model is asked, with the AWS credentials and, unless it is given, the Region of whoever asks. */
export type BedrockOptions = Omit<Extract<ModelSource, { provider: 'bedrock' }>, 'provider'> &
  Bounds & { readonly connection?: Connection };

/** A Claude model on Amazon Bedrock: the Messages API as the body of InvokeModel. */
export const bedrockModel = (options: BedrockOptions): Model => {
  const { geography, region, connection, timeoutMs = ATTEMPT_MS, maxRetries = RETRIES, totalMs = TOTAL_MS } = options;
  const client = new BedrockRuntimeClient({
    maxAttempts: maxRetries + 1,
    requestHandler: overHttp1(timeoutMs),
    ...connection,
    ...(region !== undefined && { region }),
  });
  return {
    async decide(request) {
      const id = bedrockIdOf(request.model, geography);
      if (id === undefined) throw notOnBedrock(unknownOnBedrock(request.model));
      const signal = AbortSignal.timeout(totalMs);
      const context = { model: request.model, profile: id.profile, region: await client.config.region() };
      const command = new InvokeModelCommand({
        modelId: id.profile,
        contentType: 'application/json',
        accept: 'application/json',
        body: bodyOf(request),
      });
      const { body } = await client.send(command, { abortSignal: signal }).catch((thrown: unknown) => {
        throw bedrockFailureOf(thrown, { ...context, outOfTimeMs: signal.aborted ? totalMs : null });
      });
      return fromMessagesFormat(parsed(body.transformToString()), `Amazon Bedrock in ${context.region}`);
    },
  };
};

/** The model is in the path. That a model may call several tools at once or none is the default, and not every model lets one say so. */
const bodyOf = (request: ModelRequest): string =>
  JSON.stringify({
    anthropic_version: VERSION,
    ...toMessagesFormat(request),
    model: undefined,
    tool_choice: undefined,
  });

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw cutShort(error);
  }
};
