import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { ScriptedTurn } from '../../local/script.ts';
import { requestFault, WireRequest } from './messages-api-rules.ts';
import { asJson, scripted } from './messages-api.ts';
import { ReplyServer, type ServerReply } from './reply-server.ts';

/** The Messages API request as InvokeModel takes it: the model is in the path, the version in the body. */
const Body = WireRequest.omit({ model: true }).extend({ anthropic_version: z.literal('bedrock-2023-05-31') });

/** A request as it arrived, for assertions. */
export interface Invocation {
  readonly headers: IncomingHttpHeaders;
  /** As requested: the id of an inference profile. */
  readonly modelId: string;
  readonly body: z.infer<typeof Body>;
}

/**
 * Amazon Bedrock's InvokeModel for Claude models, on localhost. It accepts requests signed for Bedrock, applies the
 * rules of the Messages API, records them, and answers from a queue, or from a model script when one is played.
 */
export class BedrockApi extends ReplyServer {
  readonly invocations: Invocation[] = [];

  constructor() {
    super(bedrockError(400, 'ValidationException', 'Nothing is queued in this fake.'));
  }

  static async start(): Promise<BedrockApi> {
    const api = new BedrockApi();
    await api.listen();
    return api;
  }

  /** Plays a model script whenever the queue is empty. */
  plays(script: readonly ScriptedTurn[]): void {
    this.otherwise(scripted(script));
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = asJson(await text(request));
    const [, id = ''] = /^\/model\/([^/]+)\/invoke$/.exec(request.url ?? '') ?? [];
    const modelId = decodeURIComponent(id);
    const parsed = Body.safeParse(body);
    const asked = { ...parsed.data, model: modelId.replace(/^.*anthropic\./, ''), max_tokens: 1, messages: [] };
    await this.#replyTo(request, modelId, parsed)(response, { ...asked, ...parsed.data });
  }

  #replyTo(request: IncomingMessage, modelId: string, parsed: z.ZodSafeParseResult<Invocation['body']>): ServerReply {
    if (request.method !== 'POST' || modelId === '') return bedrockError(404, 'UnknownOperationException', 'Not here.');
    if (!SIGNED.test(request.headers.authorization ?? ''))
      return bedrockError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    if (!parsed.success) return bedrockError(400, 'ValidationException', z.prettifyError(parsed.error));
    this.invocations.push({ headers: request.headers, modelId, body: parsed.data });
    const refusal = requestFault({ ...parsed.data, model: modelId });
    if (refusal !== undefined) return bedrockError(400, 'ValidationException', refusal);
    return this.next();
  }
}

/** Signature version 4 for Bedrock, which covers at least the host. */
const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/[a-z0-9-]+\/bedrock\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/;

/** An error in Bedrock's format: the code in a header, the message in the body. */
export const bedrockError =
  (status: number, code: string, message: string): ServerReply =>
  (response) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-amzn-errortype': `${code}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
      'x-amzn-requestid': 'req-fake',
    });
    response.end(JSON.stringify({ message }));
  };

/** 429: too many requests or tokens a minute. */
export const throttled: ServerReply = bedrockError(429, 'ThrottlingException', 'Too many tokens, please wait.');
