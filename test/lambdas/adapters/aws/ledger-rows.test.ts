import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RowKey } from '../../../../lambdas/contracts/ledger-keys.ts';
import { startLedger, type LedgerServer } from '../../../../local/ledger-server.ts';

let server: LedgerServer;
beforeAll(async () => {
  server = await startLedger(30);
});
afterAll(() => server.stop());

const rawItem = async (pk: string, sk = '-') => {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  return (await server.client.send(new GetItemCommand({ TableName: server.table, Key }))).Item;
};

/** Loses the answer to the next request on its way back, after the table has carried it out. */
const loseNextAnswer = () => {
  let lost = false;
  server.client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      if (lost) return answer;
      lost = true;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });
    },
    { step: 'deserialize', name: 'loseNextAnswer', priority: 'high', override: true },
  );
};

test('any JSON comes back from a row unchanged', async () => {
  const key: RowKey = { family: 'approval', id: 'a1' };
  const data = { empty: '', none: null, yes: true, nested: [{ deep: [1.5, -2, 'ü'] }, {}], list: [] };
  expect(await server.ledger.create(key, data)).toEqual({ created: true, row: { version: 1, data } });
  expect(await server.ledger.fetch(key)).toEqual({ version: 1, data });
  expect(await server.ledger.fetch({ family: 'approval', id: 'nobody' })).toBeUndefined();
});

test('of fifty creators one creates, and the others get its row', async () => {
  const key: RowKey = { family: 'grant', id: 'g1' };
  const answers = await Promise.all(Array.from({ length: 50 }, (_, by) => server.ledger.create(key, { by })));
  const winners = answers.filter((answer) => answer.created);
  expect(winners).toHaveLength(1);
  for (const answer of answers) expect(answer.row).toEqual(winners[0]?.row);
});

test('a row with an expiry gets a TTL, one without stays', async () => {
  await server.ledger.create({ family: 'lease', id: 'l1' }, { by: 'x' }, new Date('2026-11-20T10:00:00.900Z'));
  await server.ledger.create({ family: 'breaker', id: 'b1' }, { by: 'x' });
  expect((await rawItem('lease#l1'))?.['ttl']).toEqual({ N: String(Date.parse('2026-11-20T10:00:00Z') / 1000) });
  expect((await rawItem('breaker#b1'))?.['ttl']).toBeUndefined();
});

test('a row is replaced only by a writer who read its current version', async () => {
  const key: RowKey = { family: 'lease', id: 'l2' };
  await server.ledger.create(key, { holder: 'one' });
  expect(await server.ledger.replace(key, { holder: 'two' }, 1)).toBe(true);
  expect(await server.ledger.replace(key, { holder: 'stale' }, 1)).toBe(false);
  expect(await server.ledger.fetch(key)).toEqual({ version: 2, data: { holder: 'two' } });
  expect(await server.ledger.replace({ family: 'lease', id: 'never made' }, { holder: 'x' }, 1)).toBe(false);
});

test('a count in between makes a replacement stale, so no count is lost', async () => {
  const key: RowKey = { family: 'storm', id: 's1' };
  await server.ledger.create(key, { incident: 'inc-1', copies: 1 });
  await server.ledger.add(key, { copies: 1 });
  expect(await server.ledger.replace(key, { incident: 'inc-2', copies: 1 }, 1)).toBe(false);
  expect(await server.ledger.fetch(key)).toEqual({ version: 2, data: { incident: 'inc-1', copies: 2 } });
});

test('a field that the ledger uses itself is refused', async () => {
  await expect(server.ledger.create({ family: 'lease', id: 'l3' }, { ttl: 5 })).rejects.toThrow(
    'lease#l3 -: a row cannot have a field named ttl',
  );
});

test('rows of one id are listed by sort key', async () => {
  for (const part of ['b', 'c', 'a']) await server.ledger.create({ family: 'approval', id: 'q1', part }, { part });
  await server.ledger.create({ family: 'approval', id: 'q10', part: 'z' }, { part: 'z' });
  expect((await server.ledger.list('approval', 'q1')).map((row) => row.data['part'])).toEqual(['a', 'b', 'c']);
});

test('counters start at zero, take negative amounts, and expire with traces', async () => {
  const key: RowKey = { family: 'budget', id: 'day', part: 'agent' };
  expect(await server.ledger.add(key, { microUsd: 700, incidents: 1 })).toEqual({
    added: true,
    totals: { microUsd: 700, incidents: 1 },
  });
  expect(await server.ledger.add(key, { microUsd: -450 })).toEqual({ added: true, totals: { microUsd: 250 } });
  const inThirtyDays = Date.now() / 1000 + 30 * 86_400;
  const ttl = Number((await rawItem('budget#day', 'agent'))?.['ttl']?.N);
  expect(Math.abs(ttl - inThirtyDays)).toBeLessThan(60);
});

test('a counter may reach its ceiling but not exceed it', async () => {
  const key: RowKey = { family: 'budget', id: 'ceiling' };
  const ceilings = { microUsd: 100 };
  expect(await server.ledger.add(key, { microUsd: 101 }, ceilings)).toEqual({ added: false, totals: { microUsd: 0 } });
  expect((await server.ledger.add(key, { microUsd: 60 }, ceilings)).added).toBe(true);
  expect(await server.ledger.add(key, { microUsd: 41 }, ceilings)).toEqual({ added: false, totals: { microUsd: 60 } });
  expect(await server.ledger.add(key, { microUsd: 40 }, ceilings)).toEqual({ added: true, totals: { microUsd: 100 } });
});

test('if one counter would exceed its ceiling, none is incremented', async () => {
  const key: RowKey = { family: 'budget', id: 'all-or-none' };
  await server.ledger.add(key, { microUsd: 10, incidents: 5 });
  const refused = await server.ledger.add(key, { microUsd: 10, incidents: 1 }, { microUsd: 1_000, incidents: 5 });
  expect(refused).toEqual({ added: false, totals: { microUsd: 10, incidents: 5 } });
  const onlyChecked = await server.ledger.add(key, { microUsd: 10 }, { incidents: 4 });
  expect(onlyChecked).toEqual({ added: false, totals: { microUsd: 10, incidents: 5 } });
});

test('concurrent reservations never exceed the ceiling together', async () => {
  const key: RowKey = { family: 'budget', id: 'race' };
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => server.ledger.add(key, { microUsd: 3 }, { microUsd: 50 })),
  );
  expect(answers.filter((answer) => answer.added)).toHaveLength(16);
  expect((await server.ledger.fetch(key))?.data).toEqual({ microUsd: 48 });
});

test('a fraction cannot be counted', async () => {
  await expect(server.ledger.add({ family: 'budget', id: 'x' }, { dollars: 0.5 })).rejects.toThrow('dollars');
});

test('a write whose response was lost counts as done, not as a conflict', async () => {
  const grant: RowKey = { family: 'grant', id: 'lost-answer' };
  loseNextAnswer();
  expect((await server.ledger.create(grant, { by: 'me' })).created).toBe(true);
  loseNextAnswer();
  expect(await server.ledger.replace(grant, { by: 'me again' }, 1)).toBe(true);
  loseNextAnswer();
  expect(await server.ledger.add({ family: 'budget', id: 'lost' }, { microUsd: 5 }, { microUsd: 9 })).toEqual({
    added: true,
    totals: { microUsd: 5 },
  });
});
