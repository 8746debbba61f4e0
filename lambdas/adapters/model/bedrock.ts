import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { bedrockIdOf, unknownOnBedrock } from '../../contracts/bedrock.ts';
import type { ModelSource } from '../../contracts/settings.ts';
import type { Model, ModelRequest } from '../../contracts/ports.ts';
import { http1Handler } from '../aws/bedrock-connection.ts';
import type { Connection } from '../aws/connection.ts';
import { bedrockFailureOf, invalidJson, unlistedModel } from './bedrock-failures.ts';
import { ATTEMPT_TIMEOUT_MS, MAX_RETRIES, TURN_TIMEOUT_MS, type TimeLimits } from './time-limits.ts';
import { fromMessagesFormat, toMessagesFormat } from './messages-format.ts';

/**
 * Version of the Messages API. Every Claude model on Bedrock accepts it. Models before 4.7 reject the newer `2026-10-21`,
 * which Anthropic's own SDK sends (docs/decisions/0015-bedrock-by-the-aws-sdk.md).
 */
const VERSION = 'bedrock-2023-05-31';

/** Where the model is. The AWS credentials, and the Region by default, are those of the process. */
export type BedrockOptions = Omit<Extract<ModelSource, { provider: 'bedrock' }>, 'provider'> &
  TimeLimits & { readonly connection?: Connection };

/** A Claude model on Amazon Bedrock: the Messages API as the body of InvokeModel. */
export const bedrockModel = (options: BedrockOptions): Model => {
  const {
    geography,
    region,
    connection,
    timeoutMs = ATTEMPT_TIMEOUT_MS,
    maxRetries = MAX_RETRIES,
    totalMs = TURN_TIMEOUT_MS,
  } = options;
  const client = new BedrockRuntimeClient({
    maxAttempts: maxRetries + 1,
    requestHandler: http1Handler(timeoutMs),
    ...connection,
    ...(region !== undefined && { region }),
  });
  return {
    async decide(request) {
      const id = bedrockIdOf(request.model, geography);
      if (id === undefined) throw unlistedModel(unknownOnBedrock(request.model));
      const signal = AbortSignal.timeout(totalMs);
      const context = { model: request.model, profile: id.profile, region: await client.config.region() };
      const command = new InvokeModelCommand({
        modelId: id.profile,
        contentType: 'application/json',
        accept: 'application/json',
        body: bodyOf(request),
      });
      const { body } = await client.send(command, { abortSignal: signal }).catch((thrown: unknown) => {
        throw bedrockFailureOf(thrown, { ...context, timedOutAfterMs: signal.aborted ? totalMs : null });
      });
      return fromMessagesFormat(parseJson(body.transformToString()), `Amazon Bedrock in ${context.region}`);
    },
  };
};

/** The model id is in the path. `tool_choice` is left out: its value here is the default, and some models reject the field. */
const bodyOf = (request: ModelRequest): string =>
  JSON.stringify({
    anthropic_version: VERSION,
    ...toMessagesFormat(request),
    model: undefined,
    tool_choice: undefined,
  });

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw invalidJson(error);
  }
};
