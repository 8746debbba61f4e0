import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODY_LIMIT } from '../lambdas/approvals/page/form.ts';
import { handleApproval } from '../lambdas/approvals/page/http.ts';
import { errorPage } from '../lambdas/approvals/page/document.ts';
import type { PagePorts } from '../lambdas/approvals/page/page-view.ts';
import { contractBroken } from '../lambdas/contracts/errors.ts';

/** The approval page on this machine. */
export interface ApprovalServer {
  /** Without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the approval page to this machine only, on a free port unless one is given. */
export const startApprovalServer = async (
  ports: PagePorts,
  { port = 0 }: { readonly port?: number } = {},
): Promise<ApprovalServer> => {
  const server = createServer((request, response) => void answer(request, response, ports));
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    close: () =>
      new Promise((closed, failed) => {
        server.close((error) => (error === undefined ? closed() : failed(error)));
        server.closeAllConnections();
      }),
  };
};

const answer = async (request: IncomingMessage, response: ServerResponse, ports: PagePorts): Promise<void> => {
  try {
    const { statusCode, headers, body } = await handleApproval(await read(request), ports);
    response.writeHead(statusCode, headers).end(body);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown error';
    response.writeHead(500, { 'content-type': 'text/html; charset=utf-8' }).end(errorPage('The page failed', message));
  }
};

/** Reads a request. Of a body that is too large, it keeps only enough to show that. */
const read = async (request: IncomingMessage) => {
  const incoming: AsyncIterable<Uint8Array> = request;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (size <= BODY_LIMIT) chunks.push(chunk);
    size += chunk.length;
  }
  return {
    method: request.method ?? '',
    query: new URL(request.url ?? '/', 'http://127.0.0.1').searchParams,
    headers: headersOf(request.headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
};

/** As Lambda passes them on: a header that was sent twice is one, with both values. */
const headersOf = (headers: IncomingMessage['headers']): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join() : value]));

const portOf = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string')
    throw contractBroken('The approval server is not listening on a TCP port.');
  return address.port;
};
