import {
  Agent,
  createServer,
  request as send,
  type IncomingHttpHeaders,
  IncomingMessage,
  type Server,
} from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';

/** A request that passed a proxy, and its response. */
export interface Exchange {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** Larger bodies are assets on their way to S3, which no assertion reads. */
const KEPT_BYTES = 100_000;

const kept = (body: Buffer): string => (body.length > KEPT_BYTES ? '' : body.toString('utf8'));

/**
 * Stands in front of an emulator and records requests and responses, so that tests can check what functions really
 * sent. It tells the emulator that requests came over TLS, because policies of the stack deny requests without TLS.
 */
export class RecordingProxy {
  readonly exchanges: Exchange[] = [];
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #upstreamPort: number;

  private constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = createServer((incoming, outgoing) => {
      this.#forward(incoming).then(
        ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
        () => outgoing.destroy(),
      );
    });
  }

  /** Listens on a free loopback port. */
  static async to(upstreamPort: number): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(upstreamPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return z.object({ port: z.number() }).parse(this.#server.address()).port;
  }

  /** A host name and not an address, because S3 clients put the bucket name in front of it. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #forward(incoming: IncomingMessage): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
    const request = await buffer(incoming);
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https' };
    const forwarded = send({ host: '127.0.0.1', port: this.#upstreamPort, agent: this.#agent, method, path, headers });
    const answered = once(forwarded, 'response').then(([answer]) => z.instanceof(IncomingMessage).parse(answer));
    forwarded.end(request);
    const answer = await answered;
    const body = await buffer(answer);
    const status = answer.statusCode ?? 502;
    this.exchanges.push({ headers: incoming.headers, body: kept(request), status, answer: kept(body) });
    // The body is sent in one piece now, even if the emulator sent it in chunks.
    delete answer.headers['transfer-encoding'];
    return { status, headers: answer.headers, body };
  }
}
