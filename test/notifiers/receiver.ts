import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import * as z from 'zod';
import { internetPost } from '../../lambdas/adapters/post.ts';
import type { Post } from '../../lambdas/contracts/ports.ts';
import { AUTHORITY } from '../fakes/api-server.ts';

const TLS = join(import.meta.dirname, '../fixtures/tls');
const pem = (file: string): string => readFileSync(join(TLS, file), 'utf8');

/** A request as it reached a receiver. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a receiver answers. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** How a receiver answers, once: with a status, or not at all. */
export type Fault = ReceiverAnswer | 'hangs' | 'hangs up';

/**
 * A receiver on this machine, over TLS, that checks what the real one checks. `faults` are answered first, one a request; after that it
 * looks at the request itself. While it is `down`, every request fails.
 */
export abstract class Receiver {
  /** Everything that came, faults included. */
  readonly received: Received[] = [];
  readonly faults: Fault[] = [];
  down: Fault | undefined;
  readonly #server = createServer(
    { key: pem('server-key.pem'), cert: pem('server.pem') },
    (request, response) => void this.#serve(request, response),
  );

  /** What the real one answers. */
  protected abstract answer(request: Received): ReceiverAnswer;

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return z.object({ port: z.number() }).parse(this.#server.address()).port;
  }

  /** The client of the functions, led here whatever the host of the URL is. */
  get post(): Post {
    const post = internetPost({ isAllowed: () => true, certificateAuthority: AUTHORITY, timeoutMs: 500 });
    return (request) =>
      post({ ...request, url: request.url.replace(/^https:\/\/[^/]+/, `https://127.0.0.1:${this.port}`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const received = { method, path, headers, body };
    this.received.push(received);
    const fault = this.faults.shift() ?? this.down;
    if (fault === 'hangs') return;
    if (fault === 'hangs up') {
      response.destroy();
      return;
    }
    const { status, body: text = '', headers: more = {} } = fault ?? this.answer(received);
    response.writeHead(status, more);
    response.end(text);
  }
}
