import { BatchWriteItemCommand, ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import { STEP_NAMES, type StepName } from '../../lambdas/contracts/flow.ts';
import { canonical } from '../../lambdas/kernel/trace/canonical.ts';
import { startLedger, type LedgerServer } from '../../local/ledger-server.ts';
import type { JsonObject as Definition } from '../../lambdas/contracts/json.ts';
import { play } from './play.ts';
import { approvedStory } from './story.ts';

type Item = Record<string, AttributeValue>;

/** What a function is called with, and the ledger as it is then. */
export interface Moment {
  readonly event: Json;
  readonly items: readonly Item[];
}

const itemsIn = async ({ client, table }: LedgerServer): Promise<readonly Item[]> =>
  (await client.send(new ScanCommand({ TableName: table }))).Items ?? [];

/** Which step of the flow each function runs first in an incident. */
const FIRST: Readonly<Record<string, StepName>> = {
  Open: 'open',
  Decide: 'decide',
  Observe: 'observe',
  Authorize: 'authorize',
  ChangeZone: 'dry-run',
  Ask: 'approve',
  Verify: 'verify',
  Close: 'close',
};

/** A link as Ask signs it. The MAC is the one that the stub of KMS makes and verifies. */
const pageEvent = (items: readonly Item[]): Json => {
  const row = items.find((item) => item['pk']?.S?.startsWith('approval#') === true);
  const approvalId = row?.['pk']?.S?.slice('approval#'.length) ?? '';
  const link = canonical({ approvalId, approver: 'sre@example.com', expiresAt: '2099-01-01T00:00:00.000Z' });
  const token = [Buffer.from(link), Buffer.from('mac')].map((part) => part.toString('base64url')).join('.');
  return { rawQueryString: `t=${token}`, requestContext: { http: { method: 'GET' } } };
};

/** The first real call of each function in an approved incident, and the ledger at that moment. */
export const momentsOf = async (definition: Definition): Promise<ReadonlyMap<string, Moment>> => {
  const story = await approvedStory();
  const server = await startLedger();
  const seen = new Map<StepName, Moment>();
  try {
    await play(story, {
      definition,
      ledger: server.ledger,
      around: async (step, payload, invoke) => {
        if (!seen.has(step)) seen.set(step, { event: payload, items: await itemsIn(server) });
        return invoke(step, payload);
      },
    });
  } finally {
    await server.stop();
  }
  const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
  const moments = new Map<string, Moment>();
  for (const [name, step] of Object.entries(FIRST)) {
    const moment = STEP_NAMES.includes(step) ? seen.get(step) : undefined;
    if (moment !== undefined) moments.set(name, moment);
  }
  const asked = seen.get('apply')?.items ?? [];
  moments.set('Page', { event: pageEvent(asked), items: asked });
  const { event, items } = seen.get('verify') ?? { event: {}, items: [] };
  const incident = JsonObject.parse(event)['incidentId'] ?? '';
  const detail = { name: incident, status: 'FAILED', cause: 'The bench stopped it.' };
  moments.set('Stopped', { event: { detail }, items });
  for (const name of ['Digest', 'Subscriptions']) moments.set(name, { event: scheduled, items });
  return moments;
};

/** A ledger as it was at a moment. */
export const ledgerAt = async ({ items }: Moment): Promise<LedgerServer> => {
  const server = await startLedger();
  for (let from = 0; from < items.length; from += 25)
    await server.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [server.table]: items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } })),
        },
      }),
    );
  return server;
};
