import Anthropic from '@anthropic-ai/sdk';
import type { Model } from '../../contracts/ports.ts';
import { ATTEMPT_MS, RETRIES, TOTAL_MS, type Bounds } from './bounds.ts';
import { badKey, modelFailureOf } from './failures.ts';
import { fromMessagesFormat, toMessagesFormat } from './messages-format.ts';

export interface AnthropicOptions extends Bounds {
  /** Asked once a turn, so that a rotated key needs no new deployment. Its own errors pass through. */
  readonly apiKey: () => Promise<string>;
  /** The API itself, or a gateway that speaks it. */
  readonly baseUrl: string;
}

/** The model behind the Anthropic Messages API. */
export const anthropicModel = (options: AnthropicOptions): Model => {
  const { apiKey, baseUrl, timeoutMs = ATTEMPT_MS, maxRetries = RETRIES, totalMs = TOTAL_MS } = options;
  return {
    async decide(request) {
      const key = usable(await apiKey());
      const transport = toMessagesFormat(request);
      const client = new Anthropic({
        apiKey: key,
        baseURL: baseUrl,
        timeout: timeoutMs,
        maxRetries,
        // The SDK would log prompts, which hold evidence, and span them, where its environment variables say so.
        logLevel: 'off',
        openTelemetry: false,
      });
      const signal = AbortSignal.timeout(totalMs);
      const answer = await client.messages.create(transport, { signal }).catch((thrown: unknown) => {
        throw modelFailureOf(thrown, {
          baseUrl,
          key,
          model: request.model,
          outOfTimeMs: signal.aborted ? totalMs : null,
        });
      });
      return fromMessagesFormat(answer, baseUrl);
    },
  };
};

/** A secret is often saved with a line break at its end. Anything else odd would be quoted in fetch's own error. */
const usable = (secret: string): string => {
  const key = secret.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) throw badKey('is empty or holds characters that no key has');
  return key;
};
