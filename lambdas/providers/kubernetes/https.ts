import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { CheckreinError, ToolRefusal } from '../../contracts/errors.ts';
import { clusterUnavailable } from './errors.ts';

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
}

export interface HttpsOptions {
  /** The only certificate authority that is trusted, in PEM. Default: those of Node. */
  readonly certificateAuthority?: string;
  /** Whether connections are used again: not for a change, where a connection that was closed meanwhile leaves its outcome unknown. */
  readonly keepAlive?: boolean;
  readonly timeoutMs?: number;
  readonly mostBytes?: number;
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
  const agent = new Agent({ keepAlive, ...(ca !== undefined && { ca }) });
  const send = async (request: HttpsRequest, again: boolean): Promise<HttpsAnswer> => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answered = await exchange(request, agent, signal);
      if (answered === 'stale') {
        if (again) return await send(request, false);
        throw clusterUnavailable(request.call, 'the connection was closed');
      }
      const text = await wholeText(answered, mostBytes, request.call);
      return { status: answered.statusCode ?? 0, contentType: answered.headers['content-type'] ?? '', text };
    } catch (error) {
      if (error instanceof CheckreinError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw clusterUnavailable(request.call, signal.aborted ? `none within ${timeoutMs / 1000} s` : why, error);
    }
  };
  return (request) => send(request, request.method === 'GET');
};

/** The beginning of an answer, or `stale` if a connection that was used before had been closed. */
const exchange = (
  { url, method, headers, body }: HttpsRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<IncomingMessage | 'stale'> =>
  new Promise((resolve, reject) => {
    const request = httpsRequest(url, { agent, method, headers, signal }, resolve);
    request.on('error', (error) => (request.reusedSocket && !signal.aborted ? resolve('stale') : reject(error)));
    request.end(body);
  });

/** What a response without an encoding gives. */
const Bytes = z.instanceof(Buffer);

/** Leaving the loop early destroys the response, and with it the connection. */
const wholeText = async (response: IncomingMessage, mostBytes: number, call: string): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Bytes.parse(chunk);
    size += bytes.length;
    if (size > mostBytes)
      throw new ToolRefusal(
        `${call} answered more than ${Math.floor(mostBytes / 1024)} KiB, which is the most that is read. Ask for less: a limit, a label, one object.`,
      );
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
};
