import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoLedger } from '../../../../lambdas/adapters/aws/ledger.ts';
import { ledgerClient } from '../../../../lambdas/adapters/aws/ledger-table.ts';
import { FakeAws, jsonError } from '../../../fakes/fake-aws.ts';
import { startLedger, type LedgerServer } from '../../../../local/ledger-server.ts';
import { loseNextAnswer, rawItem } from './raw-table.ts';
import { traceEvent } from './trace-event.ts';

let server: LedgerServer;
beforeAll(async () => {
  server = await startLedger(30);
});
afterAll(() => server.stop());

const spoil = (incident: string, seq: number, line: string) =>
  server.client.send(
    new PutItemCommand({
      TableName: server.table,
      Item: {
        pk: { S: `incident#${incident}` },
        sk: { S: `event#${String(seq).padStart(6, '0')}` },
        line: { S: line },
      },
    }),
  );

test('an append whose response was lost counts as done', async () => {
  loseNextAnswer(server);
  expect(await server.ledger.append(traceEvent(0, 'once', 'lost'))).toBe('appended');
});

test('an event expires by TTL a set number of days after it was recorded', async () => {
  await server.ledger.append(traceEvent(3, 'short-lived', 'ttl'));
  const item = await rawItem(server, 'incident#ttl', 'event#000003');
  expect(item?.['ttl']).toEqual({ N: String(Date.parse('2026-12-20T10:00:00Z') / 1000) });
  expect(item?.['kind']).toEqual({ S: 'escalation.asked' });
});

test('an event that is too large for the table is refused by name and size before it is sent', async () => {
  const event = traceEvent(7, 'é'.repeat(220_000), 'large');
  await expect(server.ledger.append(event)).rejects.toThrow(
    /incident#large event#000007 has 44\d{4} bytes; DynamoDB takes at most 409600/,
  );
  expect(await server.ledger.events('large')).toEqual([]);
});

test('a corrupt event is an error that names it', async () => {
  await server.ledger.append(traceEvent(0, 'good', 'corrupt'));
  await spoil('corrupt', 1, '{"seq":1,"kind":"escalation.asked"}');
  await expect(server.ledger.events('corrupt')).rejects.toMatchObject({
    name: 'TraceCorrupt',
    message: 'Incident corrupt, event 1: the stored line is not a trace event.',
  });
  await spoil('garbled', 0, '{"seq":');
  await expect(server.ledger.events('garbled')).rejects.toThrow(
    'Incident garbled, event 0: the stored line is not JSON.',
  );
});

test('an event that was copied to another sequence number or incident is corrupt', async () => {
  await spoil('copied', 5, JSON.stringify(traceEvent(4, 'moved', 'copied')));
  await expect(server.ledger.events('copied')).rejects.toThrow('the stored line is event 4 of incident copied');
  await spoil('thief', 4, JSON.stringify(traceEvent(4, 'moved', 'victim')));
  await expect(server.ledger.events('thief')).rejects.toThrow('the stored line is event 4 of incident victim');
});

test('throttling makes the ledger unavailable, a denied call is a misconfiguration', async () => {
  const throttled = new FakeAws(jsonError('ProvisionedThroughputExceededException', 'slow down'));
  const busy = dynamoLedger(ledgerClient({ ...throttled.connection, maxAttempts: 2 }), 'ledger', 30);
  await expect(busy.append(traceEvent(0))).rejects.toMatchObject({ name: 'LedgerUnavailable' });
  expect(throttled.requests).toHaveLength(2);

  const unplugged = new FakeAws({ network: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
  const gone = dynamoLedger(ledgerClient({ ...unplugged.connection, maxAttempts: 1 }), 'ledger', 30);
  await expect(gone.events('x')).rejects.toMatchObject({ name: 'LedgerUnavailable' });

  const missing = new FakeAws(jsonError('ResourceNotFoundException', 'Requested resource not found'));
  const nowhere = dynamoLedger(ledgerClient(missing.connection), 'ledger', 30);
  await expect(nowhere.events('x')).rejects.toMatchObject({ name: 'Misconfigured' });
});
