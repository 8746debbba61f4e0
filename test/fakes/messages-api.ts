import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { ContentBlock, Usage } from '../../lambdas/contracts/model.ts';
import { StepError } from '../../lambdas/contracts/errors.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import type { ScriptedTurn } from '../../local/script.ts';
import { fromWireRequest, requestFault, WireRequest } from './messages-api-rules.ts';
import { ReplyServer, type ServerReply } from './reply-server.ts';

/** A request as it arrived, for assertions. */
export interface RecordedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: WireRequest;
}

/**
 * The Anthropic Messages API on localhost. It refuses requests by the rules of the real one
 * (see messages-api-rules.ts), records them, and answers from a queue, or from a model script when one is played.
 */
export class MessagesApi extends ReplyServer {
  readonly requests: RecordedRequest[] = [];

  constructor() {
    super(apiError(500, 'api_error', 'Nothing is queued in this fake.', { 'x-should-retry': 'false' }));
  }

  static async start(): Promise<MessagesApi> {
    const api = new MessagesApi();
    await api.listen();
    return api;
  }

  get baseUrl(): string {
    return this.url;
  }

  /** Plays a model script whenever the queue is empty. No answer comes before `ready`. */
  plays(script: readonly ScriptedTurn[], ready: Promise<unknown> = Promise.resolve()): void {
    const reply = scripted(script);
    this.otherwise(async (response, request) => {
      await ready;
      await reply(response, request);
    });
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const reply = authorized(request.headers) ? this.#replyTo(request, body) : UNAUTHORIZED;
    await reply(response, WireRequest.safeParse(asJson(body)).data ?? EMPTY);
  }

  #replyTo(request: IncomingMessage, body: string): ServerReply {
    if (request.method !== 'POST' || !request.url?.endsWith('/v1/messages')) {
      return apiError(404, 'not_found_error', `${request.method ?? ''} ${request.url ?? ''} is not here.`);
    }
    if (request.headers['anthropic-version'] === undefined) return invalid('anthropic-version: header is required');
    const parsed = WireRequest.safeParse(asJson(body));
    if (!parsed.success) return invalid(z.prettifyError(parsed.error));
    this.requests.push({ headers: request.headers, body: parsed.data });
    const refusal = requestFault(parsed.data);
    if (refusal !== undefined) return invalid(refusal);
    return parsed.data.max_tokens === 1 ? CUT_OFF : this.next();
  }
}

/** Stands in for a request that cannot be parsed. It only ever gets a refusal. */
const EMPTY: WireRequest = { model: '', max_tokens: 1, messages: [] };

export const asJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** A missing key is refused, and so is one with `-revoked` in it. */
const authorized = ({ authorization, 'x-api-key': key }: IncomingHttpHeaders): boolean => {
  const given = authorization?.replace(/^Bearer /, '') ?? key;
  return given !== undefined && given !== '' && !given.includes('-revoked');
};

const send = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** An error in the API's own envelope. */
export const apiError =
  (status: number, type: string, message: string, headers: Record<string, string> = {}): ServerReply =>
  (response) =>
    send(response, status, { type: 'error', error: { type, message }, request_id: 'req_fake' }, headers);

const invalid = (message: string): ServerReply => apiError(400, 'invalid_request_error', message);
const UNAUTHORIZED = apiError(401, 'authentication_error', 'invalid bearer token');

/** 429, with the seconds to wait before a retry. */
export const rateLimited = (retryAfterSeconds: number): ServerReply =>
  apiError(429, 'rate_limit_error', 'This request would exceed your rate limit.', {
    'retry-after': String(retryAfterSeconds),
  });

/** 529: the service has no capacity. */
export const overloaded: ServerReply = apiError(529, 'overloaded_error', 'Overloaded');

const USAGE: Usage = { inputTokens: 10, outputTokens: 5, cacheWriteTokens: 0, cacheReadTokens: 0 };

/** A good answer. `stopReason` also makes the answers that end early: `max_tokens`, `refusal`. */
export const message =
  (content: readonly ContentBlock[], stopReason = 'end_turn', usage: Usage = USAGE): ServerReply =>
  (response, request) =>
    send(response, 200, {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model: request.model,
      content,
      stop_reason: stopReason,
      stop_sequence: null,
      usage: {
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        cache_creation_input_tokens: usage.cacheWriteTokens,
        cache_read_input_tokens: usage.cacheReadTokens,
      },
    });

/** The answer of one token, whatever is scripted: a run of the doctor asks for no more. */
const CUT_OFF = message([{ type: 'text', text: 'P' }], 'max_tokens');

/** Any body with status 200: broken JSON, a message without usage, a gateway's HTML page. */
export const body =
  (content: unknown, contentType = 'application/json'): ServerReply =>
  (response) =>
    send(response, 200, content, { 'content-type': contentType });

/** The connection drops before the answer. */
export const cut: ServerReply = (response) => void response.destroy();

/** The connection drops in the middle of the answer. */
export const cutMidBody: ServerReply = (response) => startBody(response, () => response.destroy());

/** Headers and half a body, then nothing. */
export const stalledMidBody: ServerReply = (response) => startBody(response);

const startBody = (response: ServerResponse, then?: () => void): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":"msg_fake","content":[', then);
};

/** The answer comes after a delay. */
export const slow =
  (milliseconds: number, then: ServerReply): ServerReply =>
  (response, request) => {
    const timer = setTimeout(() => void then(response, request), milliseconds);
    response.on('close', () => clearTimeout(timer));
  };

/** Plays a script through the scripted model; a scripted outage becomes a 529, any other error a 400. */
export const scripted = (script: readonly ScriptedTurn[]): ServerReply => {
  const model = scriptedModel(script);
  return async (response, request) => {
    try {
      const turn = await model.decide(fromWireRequest(request));
      await message(turn.content, turn.stopReason, turn.usage)(response, request);
    } catch (error) {
      const reply =
        error instanceof StepError ? overloaded : invalid(error instanceof Error ? error.message : 'unknown');
      await reply(response, request);
    }
  };
};
