import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkreinCommand } from '../cli.ts';
import { executionNames, linesOf } from '../incidents.ts';
import { RUN_FOLDER } from '../paths.ts';
import { timedStep } from '../progress.ts';
import type { E2eEnvironment } from '../environment.ts';

/** The stack is removed. Ledger and keys stay, and traces there can still be read and verified. */
export const destroy = async (environment: E2eEnvironment): Promise<void> => {
  const { guide, clients, outputs } = environment;
  const traces = await tracesOf(environment, await executionNames(clients, outputs));

  const printed = await guide.runNext('out LedgerTable');
  assert(printed.includes(outputs.LedgerTable), 'the name of the table is printed before the stack is gone');
  assert.match(printed, /Checkrein: destroyed/);
  const describe = new DescribeStacksCommand({ StackName: 'Checkrein' });
  await assert.rejects(clients.cloudFormation.send(describe), { name: 'ValidationError' });

  assert.deepEqual(await tracesOf(environment, traces.keys()), traces, 'every trace is unchanged');
  const drop = new DeleteTableCommand({ TableName: outputs.LedgerTable });
  await assert.rejects(clients.dynamoDb.send(drop), /protect/i, 'the ledger is protected against deletion');
  const [longest] = [...traces].toSorted(([, a], [, b]) => b.length - a.length);
  await timedStep('a trace from the remaining table, verified', () => assertVerifies(environment, longest?.[0] ?? ''));
};

/** The lines of each sealed trace. An execution that joined another incident has no trace. */
const tracesOf = async (
  { clients, outputs }: E2eEnvironment,
  names: Iterable<string>,
): Promise<Map<string, string[]>> => {
  const traces = new Map<string, string[]>();
  for (const name of names) {
    const lines = await linesOf(clients, outputs, name);
    if (lines.at(-1)?.includes('"trace.sealed"')) traces.set(name, lines);
  }
  return traces;
};

/** Reads and verifies as in the runbook, from the table that is left. */
const assertVerifies = async ({ emulators, outputs }: E2eEnvironment, incident: string): Promise<void> => {
  const [file, key] = [join(RUN_FOLDER, 'trace.jsonl'), join(RUN_FOLDER, 'seal.pub.pem')];
  const get = ['trace', 'get', incident, '--table', outputs.LedgerTable, '--out', file, '--key', key];
  assert.equal((await checkreinCommand(emulators, get)).code, 0);
  const { code, out } = await checkreinCommand(emulators, ['trace', 'verify', file, '--key', key]);
  assert.match(out, /^SOUND: /);
  assert.equal(code, 0);
};
