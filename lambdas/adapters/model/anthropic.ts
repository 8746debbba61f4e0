import Anthropic from '@anthropic-ai/sdk';
import type { Model } from '../../contracts/ports.ts';
import { ATTEMPT_TIMEOUT_MS, MAX_RETRIES, TURN_TIMEOUT_MS, type TimeLimits } from './time-limits.ts';
import { badKey, anthropicFailureOf } from './anthropic-failures.ts';
import { fromMessagesFormat, toMessagesFormat } from './messages-format.ts';

export interface AnthropicOptions extends TimeLimits {
  /** Called once per turn, so a rotated key needs no deployment. Its errors are passed on. */
  readonly apiKey: () => Promise<string>;
  /** The API itself, or a compatible gateway. */
  readonly baseUrl: string;
}

/** The model behind the Anthropic Messages API. */
export const anthropicModel = (options: AnthropicOptions): Model => {
  const {
    apiKey,
    baseUrl,
    timeoutMs = ATTEMPT_TIMEOUT_MS,
    maxRetries = MAX_RETRIES,
    totalMs = TURN_TIMEOUT_MS,
  } = options;
  return {
    async decide(request) {
      const key = checkedKey(await apiKey());
      const transport = toMessagesFormat(request);
      const client = new Anthropic({
        apiKey: key,
        baseURL: baseUrl,
        timeout: timeoutMs,
        maxRetries,
        // Otherwise environment variables could make the SDK log and trace prompts, which contain evidence.
        logLevel: 'off',
        openTelemetry: false,
      });
      const signal = AbortSignal.timeout(totalMs);
      const answer = await client.messages.create(transport, { signal }).catch((thrown: unknown) => {
        throw anthropicFailureOf(thrown, {
          baseUrl,
          key,
          model: request.model,
          timedOutAfterMs: signal.aborted ? totalMs : null,
        });
      });
      return fromMessagesFormat(answer, baseUrl);
    },
  };
};

/** Secrets are often saved with a trailing newline. Other odd characters are rejected here, because fetch would quote the key in its error. */
const checkedKey = (secret: string): string => {
  const key = secret.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) throw badKey('is empty or has characters that an API key cannot have');
  return key;
};
