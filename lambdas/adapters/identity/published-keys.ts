import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import type { Clock } from '../../contracts/ports.ts';

/** Reads the text at an address. */
export type FetchText = (url: string) => Promise<string>;

const FETCH_MILLISECONDS = 3_000;
const LONGEST = 65_536;
/** Anybody can send a token that names a key which nobody has seen yet. */
const FETCHES_A_MINUTE = 10;
const KEPT = 10;

/** Keys cannot be read now, so no signature can be verified. */
export class KeysUnavailable extends StepError {
  constructor(url: string, problem: string, cause?: unknown) {
    super(ERROR.cloudUnavailable, `The keys at ${url} cannot be read: ${problem}.`, 'Try again in a minute.', cause);
  }
}

/** Reads a text from the web: 64 KB at most, within three seconds, without following a redirect. */
export const fetchText: FetchText = async (url) => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MILLISECONDS) });
  if (response.status !== 200) throw new KeysUnavailable(url, `status ${response.status}`);
  const incoming: AsyncIterable<Uint8Array> | null = response.body;
  if (incoming === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > LONGEST) throw new KeysUnavailable(url, `more than ${LONGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** Published keys, by their address. A copy is used while it is younger than the caller asks for. */
export const publishedKeys = (fetched: FetchText, clock: Clock) => {
  const kept = new Map<string, { readonly text: string; readonly at: number }>();
  let fetches: number[] = [];
  return async (url: string, maxAgeMilliseconds: number): Promise<string> => {
    const now = clock.now().getTime();
    const copy = kept.get(url);
    if (copy !== undefined && now - copy.at < maxAgeMilliseconds) return copy.text;
    fetches = fetches.filter((at) => now - at < 60_000);
    if (fetches.length >= FETCHES_A_MINUTE) throw new KeysUnavailable(url, `${fetches.length} were read in a minute`);
    fetches.push(now);
    const text = await fetched(url).catch((cause: unknown) => {
      if (cause instanceof KeysUnavailable) throw cause;
      throw new KeysUnavailable(url, cause instanceof Error ? cause.message : 'unknown error', cause);
    });
    kept.set(url, { text, at: now });
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return text;
  };
};
export type PublishedKeys = ReturnType<typeof publishedKeys>;
