import Anthropic from '@anthropic-ai/sdk';
import type { Model } from '../../ports.ts';
import { badKey, failureOf } from './failures.ts';
import { fromWire, toWire } from './wire.ts';

/*
 * How long one turn may take. The function that calls the model has 300 s. Three numbers share them:
 *   one attempt, until its headers arrive           120 s  (8,192 output tokens at 70 a second)
 *   retries of what may pass (429, 5xx, time-outs)    2
 *   everything together                             270 s
 * Two attempts that time out and the wait between them come to 240.5 s, which leaves 29 s for a third try;
 * a quick 429 or 529 gets all three. The total has to be bounded apart from the attempts, because the SDK
 * waits as long as a `retry-after` tells it to, and because its own time-out stops counting at the headers.
 * The last 30 s belong to the ledger: reading the conversation before the call, recording the turn after it.
 */
const ATTEMPT_MS = 120_000;
const RETRIES = 2;
const TOTAL_MS = 270_000;

export interface AnthropicOptions {
  /** Asked once a turn, so that a rotated key needs no new deployment. Its own errors pass through. */
  readonly apiKey: () => Promise<string>;
  /** The API itself, or a gateway that speaks it. */
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  /** Bound of a whole turn, retries and their waits included. */
  readonly totalMs?: number;
}

/** The model behind the Anthropic Messages API. */
export const anthropicModel = (options: AnthropicOptions): Model => {
  const { apiKey, baseUrl, timeoutMs = ATTEMPT_MS, maxRetries = RETRIES, totalMs = TOTAL_MS } = options;
  return {
    async decide(request) {
      const key = usable(await apiKey());
      const wire = toWire(request);
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
      const answer = await client.messages.create(wire, { signal }).catch((thrown: unknown) => {
        throw failureOf(thrown, { baseUrl, key, model: request.model, outOfTimeMs: signal.aborted ? totalMs : null });
      });
      return fromWire(answer, baseUrl);
    },
  };
};

/** A secret is often saved with a line break at its end. Anything else odd would be quoted in fetch's own error. */
const usable = (secret: string): string => {
  const key = secret.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) throw badKey('is empty or holds characters that no key has');
  return key;
};
