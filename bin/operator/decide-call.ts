import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { DecideReply, type DecideRequest } from '../../lambdas/contracts/decide-api.ts';
import { Sha256 } from '../../lambdas/providers/kubernetes/token.ts';
import { askAws } from './deployment.ts';

/** The function did not take part in the conversation: AWS refused the call, or the reply is not one of ours. */
class DecideUnreachable extends CheckreinError {
  constructor(says: string, advice: string) {
    super('DecideUnreachable', says, advice);
  }
}

const TIMEOUT_MS = 70_000;

/** Asks the function about one request, or gives it an answer, under the caller's IAM identity. */
export const callDecide = async (
  url: string,
  call: { readonly id: string } | { readonly answer: DecideRequest },
): Promise<DecideReply> =>
  askAws('lambda:InvokeFunctionUrl', async () => {
    const { method, target, body, headers } = await signed(url, call);
    const response = await fetch(target, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      // A signed request goes nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const reply = DecideReply.safeParse(parseJson(text));
    if (reply.success) return reply.data;
    throw response.status === 403
      ? new DecideUnreachable(
          'AWS does not let your IAM identity call the function that takes answers.',
          'You need lambda:InvokeFunctionUrl and lambda:InvokeFunction on it: docs/operator-runbook.md, "Approving from a terminal".',
        )
      : new DecideUnreachable(
          `The function that takes answers replied with HTTP ${response.status} and nothing that can be read.`,
          'Your answer may have been taken: see `checkrein approvals`. Use the link in your mail if this goes on.',
        );
  });

const signed = async (url: string, call: { readonly id: string } | { readonly answer: DecideRequest }) => {
  const { protocol, hostname, port, host } = new URL(url);
  const config = new STSClient({}).config;
  const signer = new SignatureV4({
    service: 'lambda',
    region: config.region,
    credentials: config.credentials,
    sha256: Sha256,
  });
  const query: Record<string, string> = 'id' in call ? { id: call.id } : {};
  const body = 'answer' in call ? JSON.stringify(call.answer) : undefined;
  const method = body === undefined ? 'GET' : 'POST';
  const { headers } = await signer.sign({
    ...{ method, protocol, hostname, path: '/', query, body },
    ...(port === '' ? {} : { port: Number(port) }),
    headers: { host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  });
  const target = new URL(url);
  target.search = new URLSearchParams(query).toString();
  return { method, target, body, headers };
};
