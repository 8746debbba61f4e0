import { Readable } from 'node:stream';
import type { Connection } from '../../lambdas/adapters/aws/connection.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';

/** One request as it left the SDK. */
export interface SentRequest {
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One answer: status and body as AWS sends them, or an error of the network. */
export type FakeAwsAnswer = { readonly status: number; readonly body: string } | { readonly network: Error };

/** An answer in JSON, as KMS, SSM, SNS and most other services give it. */
export const json = (body: object, status = 200): FakeAwsAnswer => ({ status, body: JSON.stringify(body) });

/** An error in JSON. */
export const jsonError = (code: string, message: string, status = 400): FakeAwsAnswer =>
  json({ __type: code, message }, status);

/** An error in EC2's XML. */
export const ec2Error = (code: string, message: string, status = 400): FakeAwsAnswer => ({
  status,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
});

/** An error in the XML of STS, SNS and Auto Scaling. */
export const xmlError = (code: string, message: string, status = 400): FakeAwsAnswer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
});

/** What STS answers to AssumeRole. */
export const assumedRole = (token: string, until = '10:15'): FakeAwsAnswer => ({
  status: 200,
  body: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION</AccessKeyId>
    <SecretAccessKey>s</SecretAccessKey><SessionToken>${token}</SessionToken>
    <Expiration>2026-11-20T${until}:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});

/** What EC2 answers to RebootInstances. */
export const rebooted: FakeAwsAnswer = {
  status: 200,
  body: '<RebootInstancesResponse><return>true</return></RebootInstancesResponse>',
};

/**
 * Replaces the network: real SDK clients serialize to it and parse its answers. It gives the
 * scripted answers in order, repeats the last one, and records every request.
 */
export class FakeAws {
  readonly requests: SentRequest[] = [];
  readonly #answers: FakeAwsAnswer[];

  constructor(...answers: FakeAwsAnswer[]) {
    this.#answers = answers;
  }

  /** Configuration of a client that calls this instead of AWS. */
  get connection() {
    return {
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example', sessionToken: 'own-role' },
      requestHandler: this,
    } satisfies Connection;
  }

  /** The only request that was made. */
  get request(): SentRequest {
    const [request, ...more] = this.requests;
    if (request === undefined || more.length > 0)
      throw new InputError('FakeAws', `${this.requests.length} requests were made`, 'exactly one');
    return request;
  }

  async handle(request: { hostname: string; headers: Record<string, string>; body?: unknown }) {
    const { hostname, headers, body } = request;
    this.requests.push({
      hostname,
      headers,
      body: body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body),
    });
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer === undefined)
      throw new InputError('FakeAws', 'a request came', 'no request, since no answer is scripted');
    if ('network' in answer) throw answer.network;
    return { response: { statusCode: answer.status, headers: {}, body: Readable.from([Buffer.from(answer.body)]) } };
  }

  updateHttpClientConfig(): void {
    // Nothing to configure.
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}
