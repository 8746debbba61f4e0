import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createPublicKey } from 'node:crypto';
import * as z from 'zod';

/** An execution, as ListExecutions has it. */
export interface ListedExecution {
  readonly name: string;
  readonly status: string;
  readonly startDate: Date;
}

/** A refusal of AWS, in its own words. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

const Listing = z.object({
  stateMachineArn: z.string(),
  statusFilter: z.string().optional(),
  nextToken: z.string().optional(),
});
const KeyRequest = z.object({ KeyId: z.string() });
const Start = z.object({ stateMachineArn: z.string(), name: z.string(), input: z.string() });
type Start = z.infer<typeof Start>;
const PAGE = 5;

/**
 * What an operator's command asks of CloudFormation, Step Functions, STS and KMS, over HTTP. It answers with stack outputs,
 * executions (in pages, newest first, as AWS sorts them), the caller's name and a public key. Executions can be started.
 */
export class OperatorAws {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Calls by name, in order. */
  readonly calls: string[] = [];
  readonly refusals = new Map<string, Refusal>();
  outputs: Readonly<Record<string, string>> | undefined;
  /** Descriptions of outputs by key. Those of an earlier version had none. */
  descriptions: Readonly<Record<string, string>> = {};
  executions: readonly ListedExecution[] = [];
  publicKey = '';
  /** Executions that were started. */
  readonly started: Start[] = [];
  /** How an execution is described; by default it has ended as the incident of its name. */
  described: (name: string) => object = (name) => ({
    status: 'SUCCEEDED',
    output: JSON.stringify({ incidentId: name }),
  });
  /** Called before an execution is said to have been started. */
  onStart: (started: Start) => Promise<void> = async () => undefined;

  static async start(): Promise<OperatorAws> {
    const aws = new OperatorAws();
    await new Promise<void>((resolve) => aws.#server.listen(0, '127.0.0.1', resolve));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${z.object({ port: z.number() }).parse(this.#server.address()).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    const call = target === '' ? (new URLSearchParams(body).get('Action') ?? '') : (target.split('.').at(-1) ?? '');
    this.calls.push(call);
    const refusal = this.refusals.get(call) ?? (call === 'DescribeStacks' ? this.#noStack() : undefined);
    const isXml = call === 'DescribeStacks' || call === 'GetCallerIdentity';
    if (refusal !== undefined) {
      answer(response, 400, isXml ? errorXml(refusal) : JSON.stringify(errorJson(refusal)));
      return;
    }
    if (call === 'GetCallerIdentity') answer(response, 200, CALLER_XML);
    else answer(response, 200, isXml ? this.#stackXml() : JSON.stringify(await this.#result(call, JSON.parse(body))));
  }

  async #result(call: string, asked: unknown): Promise<object> {
    switch (call) {
      case 'ListExecutions':
        return this.#page(Listing.parse(asked));
      case 'StartExecution':
        return this.#start(Start.parse(asked));
      case 'DescribeExecution':
        return this.described(z.object({ executionArn: z.string() }).parse(asked).executionArn.split(':').at(-1) ?? '');
      default:
        return this.#key(KeyRequest.parse(asked));
    }
  }

  async #start(start: Start): Promise<object> {
    this.started.push(start);
    await this.onStart(start);
    return { executionArn: `${start.stateMachineArn}:${start.name}`, startDate: 0 };
  }

  #noStack(): Refusal | undefined {
    return this.outputs === undefined
      ? { code: 'ValidationError', message: 'Stack with id Checkrein does not exist' }
      : undefined;
  }

  #stackXml(): string {
    const outputs = Object.entries(this.outputs ?? {}).map(
      ([key, value]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue>${this.#description(key)}</member>`,
    );
    return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  }

  #description(key: string): string {
    const text = this.descriptions[key];
    return text === undefined ? '' : `<Description>${text}</Description>`;
  }

  #page({ stateMachineArn, statusFilter, nextToken = '0' }: z.infer<typeof Listing>): object {
    const all = this.executions.filter(({ status }) => statusFilter === undefined || status === statusFilter);
    const from = Number(nextToken);
    const executions = all.slice(from, from + PAGE).map(({ name, status, startDate }) => ({
      executionArn: `${stateMachineArn}:${name}`,
      stateMachineArn,
      name,
      status,
      startDate: startDate.getTime() / 1000,
    }));
    return { executions, ...(from + PAGE < all.length ? { nextToken: String(from + PAGE) } : {}) };
  }

  #key({ KeyId }: z.infer<typeof KeyRequest>): object {
    const der = createPublicKey(this.publicKey).export({ type: 'spki', format: 'der' });
    return { KeyId, PublicKey: der.toString('base64') };
  }
}

/** The session of a person who came by way of IAM Identity Center. */
const CALLER_XML =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Dev_0123/ana@example.com</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

const errorXml = ({ code, message }: Refusal): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

const errorJson = ({ code, message }: Refusal): object => ({ __type: code, message });

const answer = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/xml' : 'application/x-amz-json-1.0' });
  response.end(body);
};
