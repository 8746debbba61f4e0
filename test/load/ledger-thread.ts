import { parentPort, Worker, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { startLedger } from '../../local/ledger-server.ts';

/** What tells the thread from whoever imports this file. */
const ROLE = 'ledger';

const Address = z.object({ endpoint: z.string(), table: z.string() });

/** A ledger that runs beside the steps, on a core of its own: here as in AWS it is another machine's work. */
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
