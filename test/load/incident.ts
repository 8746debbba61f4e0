import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { join } from 'node:path';
import { ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sizeOf } from '../../lambdas/adapters/aws/attributes.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import { readWorld } from '../fixtures/shipped-app.ts';
import { readEvent } from '../../local/files.ts';
import { Laptop } from '../../local/laptop.ts';
import { startLedger } from '../../local/ledger-server.ts';
import { shippedRules } from '../lib/shipped.ts';
import { loadScript, type ScriptedTurn } from '../../local/script.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { LedgerMeter, type LedgerUse } from './ledger-meter.ts';

/** What one incident used of everything that is billed. */
export interface MeasuredIncident {
  /** The steps in the order in which they ran, with the seconds that each waited for AWS, by the incident's clock. */
  readonly steps: readonly { readonly step: StepName; readonly seconds: number }[];
  readonly ledger: readonly LedgerUse[];
  readonly events: readonly TraceEvent[];
  /** Bytes in the ledger after the incident was closed, as DynamoDB counts them. */
  readonly bytesKept: number;
  readonly messages: number;
  /** AWS calls of the tools as `service:Command`, one entry per call. */
  readonly calls: readonly string[];
}

/** Bytes that DynamoDB adds to each item for indexing when it bills storage. */
const ITEM_OVERHEAD = 100;

const bytesIn = async (client: DynamoDBClient, table: string): Promise<number> => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  return Items.reduce((sum, item) => sum + sizeOf(item) + ITEM_OVERHEAD, 0);
};

/** Runs a scenario with an approver who approves, and counts what it uses. Another script may stand in for its own. */
export const measureIncident = async (
  scenario: string,
  definition: JsonObject,
  script?: readonly ScriptedTurn[],
): Promise<MeasuredIncident> => {
  const folder = join(import.meta.dirname, '../../scenarios', scenario);
  const rules = shippedRules();
  const server = await startLedger(rules.settings.retentionDays);
  const meter = new LedgerMeter();
  meter.attach(server.client);
  const steps: { step: StepName; seconds: number }[] = [];
  const calls: string[] = [];
  let messages = 0;
  try {
    const laptop = new Laptop({
      definition,
      installed: INSTALLED,
      rules,
      world: readWorld(join(folder, 'world.yaml')),
      model: scriptedModel(script ?? (await loadScript(join(folder, 'model.json')))),
      ledger: server.ledger,
      approver: async () => ({ kind: 'preset', answers: [{ answer: 'approve', reason: 'Go ahead.' }] }),
      onCall: ({ service, command }) => calls.push(`${service}:${command}`),
      onMessage: () => (messages += 1),
      around: async (step, payload, invoke) => {
        const now = (): number => laptop.ports.clock.now().getTime();
        const started = now();
        const answer = await invoke(step, payload);
        steps.push({ step, seconds: (now() - started) / 1000 });
        return answer;
      },
    });
    const incidentId = await laptop.deliver(readEvent(join(folder, 'event.json')));
    const ledger = meter.take();
    const bytesKept = await bytesIn(server.client, server.table);
    return { steps, ledger, events: await server.ledger.events(incidentId), bytesKept, messages, calls };
  } finally {
    await server.stop();
  }
};
