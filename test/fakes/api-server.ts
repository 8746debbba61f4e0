import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import * as z from 'zod';

const TLS = join(import.meta.dirname, '../fixtures/tls');
const pem = (file: string): string => readFileSync(join(TLS, file), 'utf8');

/** The certificate authority of the fake API server, and one that did not sign its certificate. Their keys exist no more. */
export const AUTHORITY = pem('ca.pem');
export const OTHER_AUTHORITY = pem('other-ca.pem');

/** A request as it reached the API server. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Number of the connection that it came on. */
  readonly connection: number;
}

/** How the API server answers one request: with JSON, or in any other way. */
export type ApiReply = ((response: ServerResponse) => void) | { readonly status?: number; readonly json: unknown };

/** A Status, as an API server refuses. */
export const status = (code: number, reason: string, message: string, details?: object): ApiReply => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...(details && { details }) },
});

/** An API server on localhost, over TLS. It gives the scripted replies in order and repeats the last one. */
export class FakeApiServer {
  readonly received: ReceivedRequest[] = [];
  readonly #replies: ApiReply[];
  #connections = 0;
  readonly #server = createServer(
    { key: pem('server-key.pem'), cert: pem('server.pem') },
    (request, response) => void this.#serve(request, response),
  );

  private constructor(replies: readonly ApiReply[]) {
    this.#replies = [...replies];
    this.#server.on('secureConnection', () => (this.#connections += 1));
  }

  static async start(...replies: readonly ApiReply[]): Promise<FakeApiServer> {
    const server = new FakeApiServer(replies);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get endpoint(): string {
    return `https://127.0.0.1:${z.object({ port: z.number() }).parse(this.#server.address()).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.received.push({ method, url, headers, body, connection: this.#connections });
    const reply = this.#replies.length > 1 ? this.#replies.shift() : this.#replies[0];
    if (typeof reply === 'function') {
      reply(response);
      return;
    }
    response.writeHead(reply?.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply?.json ?? {}));
  }
}
