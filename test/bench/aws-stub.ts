import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const MAC = Buffer.from('mac').toString('base64');
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** What a function needs to get on. Every other call is refused, as IAM refuses one. */
const ANSWERS: Readonly<Record<string, object>> = {
  'AmazonSSM.GetParameter': { Parameter: { Value: 'on' } },
  'secretsmanager.GetSecretValue': { SecretString: 'sk-bench' },
  'TrentService.GenerateMac': { Mac: MAC },
  'TrentService.VerifyMac': { MacValid: true },
  'TrentService.Sign': { Signature: MAC },
  'TrentService.GetPublicKey': { PublicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
};

const REFUSED = { __type: 'AccessDeniedException', message: 'The bench refuses this call.' };
const REFUSED_XML =
  '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Refused.</Message></Error></ErrorResponse>';

const TURN = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [{ type: 'text', text: 'Go on.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1000, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
};

const answerTo = (target: string, path: string): { status: number; type: string; body: string } => {
  if (path.startsWith('/v1/messages')) return { status: 200, type: 'application/json', body: JSON.stringify(TURN) };
  const answer = ANSWERS[target];
  if (answer !== undefined) return { status: 200, type: 'application/x-amz-json-1.1', body: JSON.stringify(answer) };
  return target === ''
    ? { status: 403, type: 'text/xml', body: REFUSED_XML }
    : { status: 400, type: 'application/x-amz-json-1.1', body: JSON.stringify(REFUSED) };
};

/** AWS and the Messages API for one call of a function: what the function needs answers, all else is refused. */
export const startAwsStub = async (): Promise<{ url: string; stop: () => void }> => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const { status, type, body } = answerTo(String(request.headers['x-amz-target'] ?? ''), request.url ?? '');
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
