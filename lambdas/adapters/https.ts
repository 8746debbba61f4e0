import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import * as z from 'zod';
import { CheckreinError, ToolRefusal } from '../contracts/errors.ts';

/** One HTTPS request. */
export interface HttpsRequest {
  /** What errors call it. */
  readonly call: string;
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One answer, whole. */
export interface HttpsAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** When to ask again, as the server says it. */
  readonly retryAfter?: string | undefined;
}

export interface HttpsOptions {
  /** The only certificate authority that is trusted, in PEM. Default: those of Node. */
  readonly certificateAuthority?: string;
  /** Whether connections are used again: not for a change, where a connection that was closed meanwhile leaves its outcome unknown. */
  readonly keepAlive?: boolean;
  readonly timeoutMs?: number;
  readonly mostBytes?: number;
  /** What becomes of an answer of more than `mostBytes`: it is an error, or the rest is not read. Default: an error. */
  readonly tooLong?: 'refuse' | 'cut';
  /** Whether http is taken as well. Never for an API server: whoever is on the way would have the token. */
  readonly plainHttp?: boolean;
  /** In place of DNS as it is. */
  readonly lookup?: LookupFunction;
  /** Addresses that may be talked to, asked once more when the connection is there. Default: all. */
  readonly isAllowedPeer?: (address: string) => boolean;
  /** The error for no answer, or none that is whole. */
  readonly unavailable: (call: string, why: string, cause?: unknown) => CheckreinError;
}

/** As long as three attempts of an AWS call take: below the timeout of every step. */
const TIMEOUT_MS = 15_000;
/** What a function of 1 GB can parse without danger. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Sends requests over HTTPS: follows no redirect, and ends what takes too long or answers too much. Only a GET is sent again, once,
 * when its connection turns out to be closed: while Lambda holds a function still, servers close connections.
 */
export const httpsSender = (options: HttpsOptions): ((request: HttpsRequest) => Promise<HttpsAnswer>) => {
  const { certificateAuthority: ca, keepAlive = true, timeoutMs = TIMEOUT_MS, mostBytes = MOST_BYTES } = options;
  const { plainHttp = false, lookup, unavailable, tooLong = 'refuse', isAllowedPeer = () => true } = options;
  const resolved = { keepAlive, ...(lookup !== undefined && { lookup }) };
  const agents: Agents = {
    tls: new Agent({ ...resolved, ...(ca !== undefined && { ca }) }),
    plain: plainHttp ? new PlainAgent(resolved) : undefined,
    isAllowedPeer,
  };
  const send = async (request: HttpsRequest, again: boolean): Promise<HttpsAnswer> => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answered = await exchange(request, agents, signal);
      if (answered === 'stale') {
        if (again) return await send(request, false);
        throw unavailable(request.call, 'the connection was closed');
      }
      const text = await wholeText(answered, { mostBytes, tooLong, call: request.call });
      const { 'content-type': contentType = '', 'retry-after': retryAfter } = answered.headers;
      return { status: answered.statusCode ?? 0, contentType, text, retryAfter };
    } catch (error) {
      if (error instanceof CheckreinError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw unavailable(request.call, signal.aborted ? `none within ${timeoutMs / 1000} s` : why, error);
    }
  };
  return (request) => send(request, request.method === 'GET');
};

interface Agents {
  readonly tls: Agent;
  readonly plain: PlainAgent | undefined;
  readonly isAllowedPeer: (address: string) => boolean;
}

/** The beginning of an answer, or `stale` if a connection that was used before had been closed. */
const exchange = (
  { url, method, headers, body }: HttpsRequest,
  { tls, plain, isAllowedPeer }: Agents,
  signal: AbortSignal,
): Promise<IncomingMessage | 'stale'> =>
  new Promise((resolve, reject) => {
    const request =
      url.protocol === 'http:' && plain !== undefined
        ? plainRequest(url, { agent: plain, method, headers, signal }, resolve)
        : httpsRequest(url, { agent: tls, method, headers, signal }, resolve);
    request.on('socket', (socket) => checkPeer(socket, isAllowedPeer));
    request.on('error', (error) => (request.reusedSocket && !signal.aborted ? resolve('stale') : reject(error)));
    request.end(body);
  });

/** Ends a connection to an address that is not allowed, before anything of the request is sent. */
const checkPeer = (socket: Socket, isAllowed: (address: string) => boolean): void => {
  const check = (): void => {
    const { remoteAddress = '' } = socket;
    if (!isAllowed(remoteAddress)) socket.destroy(new ToolRefusal(`The address ${remoteAddress} is not allowed.`));
  };
  if (socket.connecting) socket.once('connect', check);
  else check();
};

/** What a response without an encoding gives. */
const Bytes = z.instanceof(Buffer);

/** Leaving the loop early destroys the response, and with it the connection. */
const wholeText = async (
  response: IncomingMessage,
  { mostBytes, tooLong, call }: { mostBytes: number; tooLong: 'refuse' | 'cut'; call: string },
): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Bytes.parse(chunk);
    size += bytes.length;
    if (size > mostBytes && tooLong === 'cut') {
      chunks.push(bytes.subarray(0, bytes.length - (size - mostBytes)));
      break;
    }
    if (size > mostBytes)
      throw new ToolRefusal(
        `${call} answered more than ${Math.floor(mostBytes / 1024)} KiB, which is the most that is read. Ask for less: a limit, a label, one object.`,
      );
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
};
