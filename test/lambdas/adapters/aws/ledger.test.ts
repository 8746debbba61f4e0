import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowKey } from '../../../../lambdas/contracts/ledger-keys.ts';
import { startLedger, type LedgerServer } from '../../../../local/ledger-server.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { loseNextAnswer, rawItem } from './raw-table.ts';
import { traceEvent } from './trace-event.ts';

const memory = new MemoryLedger();
let server: LedgerServer;
beforeAll(async () => {
  server = await startLedger(30);
});
afterAll(() => server.stop());

describe.each([
  ['the ledger on DynamoDB', () => server.ledger],
  ['the ledger in memory', () => memory],
])('%s', (_, ledger) => {
  test('of fifty writers of one sequence number exactly one wins, equal events or not', async () => {
    const events = Array.from({ length: 50 }, (_, writer) => traceEvent(0, `writer ${writer % 25}`, 'race'));
    const answers = await Promise.all(events.map((event) => ledger().append(event)));
    expect(answers.filter((answer) => answer === 'appended')).toHaveLength(1);
    expect(await ledger().events('race')).toEqual([events[answers.indexOf('appended')]]);
  });

  test('events come back in order, beyond the tenth and the first page, and from a given number on', async () => {
    const long = 'x'.repeat(150_000);
    const events = Array.from({ length: 12 }, (_, seq) => traceEvent(seq, long, 'order'));
    await Promise.all(events.toReversed().map((event) => ledger().append(event)));
    expect((await ledger().events('order')).map((event) => event.seq)).toEqual(events.map((event) => event.seq));
    expect((await ledger().events('order', 9)).map((event) => event.seq)).toEqual([9, 10, 11]);
    expect(await ledger().events('no such incident')).toEqual([]);
  });

  test('any JSON comes back from a row unchanged', async () => {
    const key: RowKey = { family: 'approval', id: 'a1' };
    const data = { empty: '', none: null, yes: true, nested: [{ deep: [1.5, -2, 'ü'] }, {}], list: [] };
    expect(await ledger().create(key, data)).toEqual({ created: true, row: { version: 1, data } });
    expect(await ledger().fetch(key)).toEqual({ version: 1, data });
    expect(await ledger().fetch({ family: 'approval', id: 'nobody' })).toBeUndefined();
  });

  test('of fifty creators one creates, and the others get its row', async () => {
    const key: RowKey = { family: 'grant', id: 'g1' };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, by) => ledger().create(key, { by })));
    const winners = answers.filter((answer) => answer.created);
    expect(winners).toHaveLength(1);
    for (const answer of answers) expect(answer.row).toEqual(winners[0]?.row);
  });

  test('a row is replaced only by a writer who read its current version', async () => {
    const key: RowKey = { family: 'lease', id: 'l2' };
    await ledger().create(key, { holder: 'one' });
    expect(await ledger().replace(key, { holder: 'two' }, 1)).toBe(true);
    expect(await ledger().replace(key, { holder: 'stale' }, 1)).toBe(false);
    expect(await ledger().fetch(key)).toEqual({ version: 2, data: { holder: 'two' } });
    expect(await ledger().replace({ family: 'lease', id: 'never made' }, { holder: 'x' }, 1)).toBe(false);
  });

  test('a count in between makes a replacement stale, so no count is lost', async () => {
    const key: RowKey = { family: 'storm', id: 's1' };
    await ledger().create(key, { incident: 'inc-1', copies: 1 });
    await ledger().add(key, { copies: 1 });
    expect(await ledger().replace(key, { incident: 'inc-2', copies: 1 }, 1)).toBe(false);
    expect(await ledger().fetch(key)).toEqual({ version: 2, data: { incident: 'inc-1', copies: 2 } });
  });

  test('rows of one id are listed by sort key', async () => {
    for (const part of ['b', 'c', 'a']) await ledger().create({ family: 'approval', id: 'q1', part }, { part });
    await ledger().create({ family: 'approval', id: 'q10', part: 'z' }, { part: 'z' });
    expect((await ledger().list('approval', 'q1')).map((row) => row.data['part'])).toEqual(['a', 'b', 'c']);
    expect((await ledger().list('approval', 'q1', 2)).map((row) => row.data['part'])).toEqual(['b', 'c']);
    expect((await ledger().list('approval', 'q1', 9)).map((row) => row.data['part'])).toEqual(['a', 'b', 'c']);
  });

  test('a counter may reach its ceiling but not exceed it', async () => {
    const key: RowKey = { family: 'budget', id: 'ceiling' };
    const ceilings = { microUsd: 100 };
    expect(await ledger().add(key, { microUsd: 101 }, ceilings)).toEqual({ added: false, totals: { microUsd: 0 } });
    expect((await ledger().add(key, { microUsd: 60 }, ceilings)).added).toBe(true);
    expect(await ledger().add(key, { microUsd: 41 }, ceilings)).toEqual({ added: false, totals: { microUsd: 60 } });
    expect(await ledger().add(key, { microUsd: 40 }, ceilings)).toEqual({ added: true, totals: { microUsd: 100 } });
  });

  test('if one counter would exceed its ceiling, none is incremented', async () => {
    const key: RowKey = { family: 'budget', id: 'all-or-none' };
    await ledger().add(key, { microUsd: 10, incidents: 5 });
    const refused = await ledger().add(key, { microUsd: 10, incidents: 1 }, { microUsd: 1_000, incidents: 5 });
    expect(refused).toEqual({ added: false, totals: { microUsd: 10, incidents: 5 } });
    const onlyChecked = await ledger().add(key, { microUsd: 10 }, { incidents: 4 });
    expect(onlyChecked).toEqual({ added: false, totals: { microUsd: 10, incidents: 5 } });
  });

  test('concurrent reservations never exceed the ceiling together', async () => {
    const key: RowKey = { family: 'budget', id: 'race' };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => ledger().add(key, { microUsd: 3 }, { microUsd: 50 })),
    );
    expect(answers.filter((answer) => answer.added)).toHaveLength(16);
    expect((await ledger().fetch(key))?.data).toEqual({ microUsd: 48 });
  });

  test('a fraction cannot be counted', async () => {
    await expect(ledger().add({ family: 'budget', id: 'x' }, { dollars: 0.5 })).rejects.toThrow('dollars');
  });
});

test('what was read from the ledger in memory can be changed without changing what is stored', async () => {
  const key: RowKey = { family: 'lease', id: 'copied' };
  await memory.create(key, { list: ['a'] });
  const read = await memory.fetch(key);
  if (read !== undefined) read.data['list'] = 'spoilt';
  expect(await memory.fetch(key)).toEqual({ version: 1, data: { list: ['a'] } });
});

test('a row with an expiry gets a TTL, one without stays', async () => {
  await server.ledger.create({ family: 'lease', id: 'l1' }, { by: 'x' }, new Date('2026-11-20T10:00:00.900Z'));
  await server.ledger.create({ family: 'breaker', id: 'b1' }, { by: 'x' });
  expect((await rawItem(server, 'lease#l1'))?.['ttl']).toEqual({
    N: String(Date.parse('2026-11-20T10:00:00Z') / 1000),
  });
  expect((await rawItem(server, 'breaker#b1'))?.['ttl']).toBeUndefined();
});

test('a field that the ledger uses itself is refused', async () => {
  await expect(server.ledger.create({ family: 'lease', id: 'l3' }, { ttl: 5 })).rejects.toThrow(
    'lease#l3 -: a row cannot have a field named ttl',
  );
});

test('counters start at zero, take negative amounts, and expire with traces', async () => {
  const key: RowKey = { family: 'budget', id: 'day', part: 'agent' };
  expect(await server.ledger.add(key, { microUsd: 700, incidents: 1 })).toEqual({
    added: true,
    totals: { microUsd: 700, incidents: 1 },
  });
  expect(await server.ledger.add(key, { microUsd: -450 })).toEqual({ added: true, totals: { microUsd: 250 } });
  const inThirtyDays = Date.now() / 1000 + 30 * 86_400;
  const ttl = Number((await rawItem(server, 'budget#day', 'agent'))?.['ttl']?.N);
  expect(Math.abs(ttl - inThirtyDays)).toBeLessThan(60);
});

test('a write whose response was lost counts as done, not as a conflict', async () => {
  const grant: RowKey = { family: 'grant', id: 'lost-answer' };
  loseNextAnswer(server);
  expect((await server.ledger.create(grant, { by: 'me' })).created).toBe(true);
  loseNextAnswer(server);
  expect(await server.ledger.replace(grant, { by: 'me again' }, 1)).toBe(true);
  loseNextAnswer(server);
  expect(await server.ledger.add({ family: 'budget', id: 'lost' }, { microUsd: 5 }, { microUsd: 9 })).toEqual({
    added: true,
    totals: { microUsd: 5 },
  });
});
