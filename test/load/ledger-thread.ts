import { parentPort, Worker, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { startLedger } from '../../local/ledger-server.ts';

/** Worker data that distinguishes the worker thread from a plain import of this file. */
const ROLE = 'ledger';

const Address = z.object({ endpoint: z.string(), table: z.string() });

/** A ledger in its own thread, so that it does not compete with the steps, as in AWS. */
export interface LedgerThread extends z.infer<typeof Address> {
  stop(): Promise<void>;
}

/** Starts the DynamoDB API in a thread. */
export const startLedgerThread = async (): Promise<LedgerThread> => {
  const worker = new Worker(new URL(import.meta.url), { workerData: ROLE });
  const address = await new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return {
    ...Address.parse(address),
    stop: async () => {
      await worker.terminate();
    },
  };
};

if (workerData === ROLE) {
  const { endpoint, table } = await startLedger();
  parentPort?.postMessage({ endpoint, table });
}
