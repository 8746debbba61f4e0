import type { LookupFunction } from 'node:net';
import { ERROR } from '../contracts/error-names.ts';
import { StepError } from '../contracts/errors.ts';
import type { Post } from '../contracts/ports.ts';
import { isPublicAddress } from '../contracts/public-address.ts';
import { guardedLookup } from './guarded-lookup.ts';
import { httpsSender } from './https.ts';

/** (In tests) another network. */
interface PostOptions {
  readonly isAllowed?: (address: string) => boolean;
  readonly certificateAuthority?: string;
  readonly lookup?: LookupFunction;
  readonly timeoutMs?: number;
}

/** As long as EventBridge waits for an API destination. A function may have to send several. */
const TIMEOUT_MS = 5_000;
/** An answer is read to know whether it says ok. */
const MOST_BYTES = 16 * 1024;

/** Sends to the public Internet and nowhere else: a receiver cannot lead a function of ours to something inside. */
export const internetPost = ({ isAllowed = isPublicAddress, ...options }: PostOptions = {}): Post => {
  const send = httpsSender({
    lookup: guardedLookup((address) => !isAllowed(address), refusedAddress),
    timeoutMs: TIMEOUT_MS,
    ...options,
    // Lambda holds the function still between two batches, and servers close connections meanwhile.
    keepAlive: false,
    mostBytes: MOST_BYTES,
    tooLong: 'cut',
    isAllowedPeer: isAllowed,
    unavailable: (call, why, cause) =>
      new StepError(ERROR.cloudUnavailable, `${call} got no answer (${why}).`, 'It is sent again.', cause),
  });
  return ({ call, url, headers, body }) =>
    send({
      call,
      url: new URL(url),
      method: 'POST',
      headers: { 'user-agent': 'checkrein', 'content-length': String(Buffer.byteLength(body)), ...headers },
      body,
    });
};

const refusedAddress = (host: string, address: string): StepError =>
  new StepError(
    ERROR.misconfigured,
    `${host} has the address ${address}, which is not one of the public Internet. Nothing was sent.`,
    'A notifier sends to receivers on the Internet only. For one in your network, see "A notifier of your own" in docs/notifiers.md.',
  );
