import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { WireRequest } from './messages-api-rules.ts';

/** How a fake answers one request: with a message, or with a fault. */
export type ServerReply = (response: ServerResponse, request: WireRequest) => void | Promise<void>;

/** An API on localhost that answers from a queue, and with a default reply when the queue is empty. */
export abstract class ReplyServer {
  readonly #queue: ServerReply[] = [];
  #otherwise: ServerReply;
  readonly #server = createServer((request, response) => void this.serve(request, response));

  protected constructor(otherwise: ServerReply) {
    this.#otherwise = otherwise;
  }

  /** Reads a request, and answers it with a fault or with `next`. */
  protected abstract serve(request: IncomingMessage, response: ServerResponse): Promise<void>;

  /** The next reply in the queue, or the default. */
  protected next(): ServerReply {
    return this.#queue.shift() ?? this.#otherwise;
  }

  protected async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    const address = z.object({ port: z.number() }).parse(this.#server.address());
    return `http://127.0.0.1:${address.port}`;
  }

  /** Queues answers, one for each request to come. */
  replies(...replies: ServerReply[]): void {
    this.#queue.push(...replies);
  }

  /** Answers like this whenever the queue is empty. */
  protected otherwise(reply: ServerReply): void {
    this.#otherwise = reply;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
