import {
  Agent,
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';

/** A request that went through a relay, and the answer to it. */
export interface Exchange {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** Beyond this a body is an asset on its way to S3, which no assertion reads. */
const KEPT_BYTES = 100_000;

const kept = (body: Buffer): string => (body.length > KEPT_BYTES ? '' : body.toString('utf8'));

/**
 * Stands in front of an emulator and remembers what was asked and answered, so that assertions can be made
 * on the requests that functions really sent. It says that they came over TLS: without that, the emulator
 * would refuse them because of those policies of the stack that demand TLS.
 */
export class RecordingProxy {
  readonly exchanges: Exchange[] = [];
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #upstreamPort: number;

  private constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = createServer((incoming, outgoing) => {
      this.#pass(incoming).then(
        ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
        () => outgoing.destroy(),
      );
    });
  }

  /** Listens on a free loopback port. */
  static async to(upstreamPort: number): Promise<RecordingProxy> {
    const relay = new RecordingProxy(upstreamPort);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return z.object({ port: z.number() }).parse(this.#server.address()).port;
  }

  /** By name and not by number: S3's SDKs put the bucket in front of it. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
    const request = await buffer(incoming);
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https' };
    const onward = send({ host: '127.0.0.1', port: this.#upstreamPort, agent: this.#agent, method, path, headers });
    const answered = once(onward, 'response').then(([answer]) => z.custom<IncomingMessage>().parse(answer));
    onward.end(request);
    const answer = await answered;
    const body = await buffer(answer);
    const status = answer.statusCode ?? 502;
    this.exchanges.push({ headers: incoming.headers, body: kept(request), status, answer: kept(body) });
    // The body is in one piece now, whatever the upstream's framing was.
    delete answer.headers['transfer-encoding'];
    return { status, headers: answer.headers, body };
  }
}
