import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ledgerClient } from '../../lambdas/adapters/aws/ledger-table.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import type { SealKey, StoredTrace, TraceSource } from '../io/trace-source.ts';
import { deployedIncidents } from './deployed-incidents.ts';
import { askAws, findDeployment } from './deployment.ts';
import { eventsOfRows, faultIn, readRow, traceRows, type TraceRow } from './trace-rows.ts';

/** Traces in the ledger of a deployed stack, read with the caller's credentials. */
export const deployedTraces = async (stack: string): Promise<TraceSource> => {
  const { LedgerTable, FlowArn, SealKey } = await findDeployment(stack);
  return {
    ...tracesIn(LedgerTable, SealKey),
    name: `the ledger of stack ${stack}`,
    list: (bounds) => deployedIncidents(FlowArn, traceRows(ledgerClient(), LedgerTable), bounds),
  };
};

/** Traces in the table that a removed stack has left. */
export const remainingTraces = (table: string): TraceSource => ({ ...tracesIn(table, undefined), list: noList });

const noList = (): never => {
  throw new InputError('--table', 'a table alone has no list of incidents', 'the name of a deployed stack, as --stack');
};

const tracesIn = (table: string, keyOfStack: string | undefined): Omit<TraceSource, 'list'> => {
  const rows = traceRows(ledgerClient(), table);
  return {
    name: `table ${table}`,
    trace: async (incident) => {
      const found = await rows(incident);
      return found.length === 0 ? undefined : storedTrace(incident, found, keyOfStack);
    },
  };
};

/** The lines as they are in the table, so that what somebody changed there does not verify here either. */
const storedTrace = (incident: string, rows: readonly TraceRow[], keyOfStack: string | undefined): StoredTrace => {
  const read = rows.map((row) => readRow(incident, row));
  const events = eventsOfRows(read);
  return {
    content: rows.map((row) => `${row['line']?.S ?? ''}\n`).join(''),
    events,
    fault: faultIn(read),
    sealKey: () => sealKey(events, keyOfStack),
  };
};

/** The key that the stack names; without one, that of the trace, which whoever forged the trace has named. */
const sealKey = async (events: readonly TraceEvent[], keyOfStack: string | undefined): Promise<SealKey> => {
  const KeyId = keyOfStack ?? lastOf(events, 'trace.sealed')?.data.keyId;
  if (KeyId === undefined)
    throw new InputError('--key', 'the stack does not name its key, and the trace has no seal', 'a closed incident');
  return askAws(`kms:GetPublicKey of ${KeyId}`, async () => {
    const { PublicKey = new Uint8Array() } = await new KMSClient({}).send(new GetPublicKeyCommand({ KeyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    return {
      pem: key.export({ format: 'pem', type: 'spki' }).toString(),
      namedByTrace: keyOfStack === undefined,
    };
  });
};
