import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { E2eFailure } from '../e2e/failure.ts';

/** Whom a token stands for. */
export interface ClusterUser {
  readonly username: string;
  readonly groups: readonly string[];
}

/** Tells the API server whom a token stands for, as the authenticator of EKS does. */
export interface TokenWebhook {
  readonly url: string;
  tokenOf(user: ClusterUser): string;
  stop(): Promise<void>;
}

const TokenReview = z.object({ spec: z.object({ token: z.string() }) });

/** Starts the webhook. A file of tokens is read once, when the UIDs that end the user names are not known yet. */
export const startTokenWebhook = async (): Promise<TokenWebhook> => {
  const users = new Map<string, ClusterUser>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const user = users.get(TokenReview.parse(body).spec.token);
      const status = { authenticated: user !== undefined, ...(user !== undefined && { user }) };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    tokenOf: (user) => {
      const token = `token-${users.size}`;
      users.set(token, user);
      return token;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** A port of 127.0.0.1 that is free now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const portOf = (address: string | AddressInfo | null): number => {
  if (address !== null && typeof address === 'object') return address.port;
  throw new E2eFailure('A server on 127.0.0.1 has no port.', 'Run it again.');
};
