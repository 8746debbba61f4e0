import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { createPublicKey } from 'node:crypto';
import assert from 'node:assert/strict';
import * as z from 'zod';
import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { verifyTrace } from '../../lambdas/kernel/trace/chain.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import type { Clients } from './clients.ts';
import { pollUntil } from './progress.ts';
import type { Outputs } from './stack.ts';

/** One execution of the deployed flow. */
export interface Execution {
  readonly name: string;
  readonly status: string;
  readonly eventId: string;
  /** The incident that it opened or joined. Known when it has ended. */
  readonly incidentId: string | undefined;
}

const Input = z.object({ event: z.object({ id: z.string() }) });
/** A failed execution has no output or an empty one. */
const Output = z.object({ incidentId: z.string().optional() });

/** Every execution so far, oldest first. */
const executionsOf = async ({ states }: Clients, { FlowArn }: Outputs): Promise<Execution[]> => {
  const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn: FlowArn }));
  const described = await Promise.all(
    executions.map(({ executionArn }) => states.send(new DescribeExecutionCommand({ executionArn }))),
  );
  return described
    .toSorted((a, b) => Number(a.startDate) - Number(b.startDate))
    .map(({ name = '', status = '', input = '', output }) => {
      const { event } = Input.parse(JSON.parse(input));
      const { incidentId } = Output.parse(JSON.parse(output ?? '{}'));
      return { name, status, eventId: event.id, incidentId };
    });
};

/** Waits until at least one execution that is not in `before` has started and all of them have ended. All must succeed. */
export const untilAllSucceeded = async (
  clients: Clients,
  outputs: Outputs,
  before: ReadonlySet<string>,
): Promise<Execution[]> => {
  const executions = await pollUntil('all executions to end', async () => {
    const started = (await executionsOf(clients, outputs)).filter(({ name }) => !before.has(name));
    return started.length > 0 && started.every(({ status }) => status !== 'RUNNING') ? started : undefined;
  });
  assert.deepEqual([...new Set(executions.map(({ status }) => status))], ['SUCCEEDED']);
  return executions;
};

/** Waits until this many executions that are not in `before` have started, and all of these but one have ended. */
export const untilOthersJoined = (
  clients: Clients,
  outputs: Outputs,
  before: ReadonlySet<string>,
  count: number,
): Promise<true> =>
  pollUntil('all executions but one to join its incident', async () => {
    const started = (await executionsOf(clients, outputs)).filter(({ name }) => !before.has(name));
    const running = started.filter(({ status }) => status === 'RUNNING');
    return started.length === count && running.length === 1 ? true : undefined;
  });

/** Names of the executions so far. */
export const executionNames = async (clients: Clients, outputs: Outputs): Promise<Set<string>> =>
  new Set((await executionsOf(clients, outputs)).map(({ name }) => name));

/** The lines of a trace in the ledger. */
export const linesOf = async (
  { dynamoDb }: Clients,
  { LedgerTable }: Outputs,
  incidentId: string,
): Promise<string[]> => {
  const { Items = [] } = await dynamoDb.send(
    new QueryCommand({
      TableName: LedgerTable,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `incident#${incidentId}` } },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => item['line']?.S ?? '');
};

/** The trace of a closed incident, verified: chain, seal, and that the seal was made with the key in KMS. */
export const verifiedTrace = async (
  clients: Clients,
  outputs: Outputs,
  incidentId: string,
): Promise<readonly TraceEvent[]> => {
  const lines = await linesOf(clients, outputs, incidentId);
  const verdict = verifyTrace(lines);
  assert(verdict.sound, verdict.sound ? '' : `the trace breaks at event ${verdict.seq}: ${verdict.reason}`);
  const events = lines.map(parseJson).filter(isTraceEvent);
  assert.equal(lastOf(events, 'trace.sealed')?.data.publicKey, await sealKeyOf(clients, events));
  return events;
};

/** The public key in KMS of the key id in the seal. */
const sealKeyOf = async ({ kms }: Clients, events: readonly TraceEvent[]): Promise<string> => {
  const KeyId = lastOf(events, 'trace.sealed')?.data.keyId;
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  return key.export({ format: 'pem', type: 'spki' }).toString();
};
