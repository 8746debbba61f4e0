import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { Sha256 } from '../../lambdas/providers/kubernetes/token.ts';

/** Somebody whose signature the URL knows. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
}

type Answering = (event: Record<string, unknown>) => Promise<{ readonly statusCode: number; readonly body: string }>;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/\d{8}\/eu-west-1\/lambda\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/;

/** A function URL with AWS_IAM over HTTP: it checks the signature of a request as AWS does, and tells the function who signed. */
export class FunctionUrl {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #signers: readonly Signer[];
  /** What the function does with a request. */
  answering: Answering = async () => ({ statusCode: 500, body: '' });

  private constructor(signers: readonly Signer[]) {
    this.#signers = signers;
  }

  static async start(signers: readonly Signer[]): Promise<FunctionUrl> {
    const url = new FunctionUrl(signers);
    await new Promise<void>((resolve) => url.#server.listen(0, '127.0.0.1', resolve));
    return url;
  }

  get url(): string {
    return `http://127.0.0.1:${z.object({ port: z.number() }).parse(this.#server.address()).port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { search, searchParams } = new URL(request.url ?? '/', this.url);
    const signer = await this.#signerOf(request, Object.fromEntries(searchParams), body);
    if (signer === undefined) {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"Message":"Forbidden"}');
      return;
    }
    const authorizer = { iam: { userArn: signer.arn, accountId: signer.arn.split(':')[4] } };
    const replied = await this.answering({
      rawQueryString: search.slice(1),
      requestContext: { http: { method: request.method }, authorizer },
      ...(body === '' ? {} : { body }),
    });
    response.writeHead(replied.statusCode, { 'content-type': 'application/json' }).end(replied.body);
  }

  /** Who signed exactly this request. It is signed again with the secret of the key, and the signatures are compared. */
  async #signerOf(
    { method = '', headers }: IncomingMessage,
    query: Record<string, string>,
    body: string,
  ): Promise<Signer | undefined> {
    const { authorization = '', host = '' } = headers;
    const [, key, names = ''] = AUTHORIZATION.exec(authorization) ?? [];
    const signer = this.#signers.find(({ accessKeyId }) => accessKeyId === key);
    if (signer === undefined || !names.split(';').includes('host')) return undefined;
    const date = String(headers['x-amz-date']).replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      '$1-$2-$3T$4:$5:$6Z',
    );
    const own = ['authorization', 'x-amz-date', 'x-amz-content-sha256'];
    const signedHeaders = names.split(';').filter((name) => !own.includes(name));
    const { protocol, hostname } = new URL(`http://${host}`);
    const signature = await new SignatureV4({
      ...{ service: 'lambda', region: 'eu-west-1', credentials: signer, sha256: Sha256 },
    }).sign(
      {
        ...{ method, protocol, hostname, path: '/', query },
        headers: Object.fromEntries(signedHeaders.map((name) => [name, String(headers[name])])),
        ...(body === '' ? {} : { body }),
      },
      { signingDate: new Date(date) },
    );
    return signature.headers['authorization'] === authorization ? signer : undefined;
  }
}
