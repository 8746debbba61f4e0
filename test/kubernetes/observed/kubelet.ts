import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { freePort } from '../token-webhook.ts';

const TLS = join(import.meta.dirname, '../../fixtures/tls');

/** The log of the run before the last restart, and of the present one. */
const LOGS = {
  previous: [
    'INFO boot: heap -Xmx512m in a container of 512Mi',
    'WARN heap 97 % full after GC',
    'java.lang.OutOfMemoryError: Java heap space',
    '  at com.example.shop.Cart.load(Cart.java:42)',
  ],
  current: ['INFO boot: heap -Xmx512m in a container of 512Mi', 'INFO 12 carts open'],
} as const;

/** What a kubelet answers. */
interface KubeletAnswer {
  readonly status: number;
  readonly text: string;
}

/** Answers the API server in place of a kubelet, which has the logs. */
export const startKubelet = async (
  answer: (url: URL) => Promise<KubeletAnswer> = fixedLogs,
): Promise<{ readonly port: number; stop(): Promise<void> }> => {
  const pem = (file: string): string => readFileSync(join(TLS, file), 'utf8');
  const server = createServer({ key: pem('server-key.pem'), cert: pem('server.pem') }, (request, response) => {
    void answer(new URL(request.url ?? '/', 'https://127.0.0.1')).then(({ status, text }) => {
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text);
    });
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // It keeps nothing alive: what it answers is asked for by a run that goes on.
  server.unref();
  return {
    port,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const fixedLogs = async ({ searchParams }: URL): Promise<KubeletAnswer> => {
  const lines = searchParams.get('previous') === 'true' ? LOGS.previous : LOGS.current;
  const tail = Number(searchParams.get('tailLines') ?? lines.length);
  const stamp = searchParams.get('timestamps') === 'true' ? '2026-11-02T02:10:00.000000000Z ' : '';
  const text = lines.slice(-tail).map((line) => `${stamp}${line}\n`);
  return { status: 200, text: text.join('') };
};
