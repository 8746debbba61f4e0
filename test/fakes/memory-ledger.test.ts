import { beforeEach, expect, test } from 'vitest';
import type { RowKey } from '../../lambdas/contracts/ledger-keys.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { GENESIS, hashOf } from '../../lambdas/kernel/trace/chain.ts';
import { MemoryLedger } from './memory-ledger.ts';

const key: RowKey = { family: 'lease', id: 'i-1' };
let ledger: MemoryLedger;
beforeEach(() => {
  ledger = new MemoryLedger();
});

const event = (seq: number, reason: string): TraceEvent => {
  const draft = {
    incident: 'inc-1',
    seq,
    at: '2026-11-20T10:00:00.000Z',
    step: 'decide',
    from: 0,
    kind: 'escalation.asked' as const,
    data: { reason },
    prev: GENESIS,
  };
  return { ...draft, hash: hashOf(draft) };
};

test('of many writers at one place in a trace one wins, equal events or not', async () => {
  const answers = await Promise.all(['a', 'b', 'c'].map((who) => ledger.append(event(0, who))));
  expect(answers).toEqual(['appended', 'taken', 'taken']);
  expect(await ledger.append(event(0, 'a'))).toBe('taken');
  expect(await ledger.events('inc-1')).toEqual([event(0, 'a')]);
  expect(ledger.writes).toBe(1);
});

test('events come back in order and from where one asks', async () => {
  for (const seq of [11, 2, 10, 1, 0]) await ledger.append(event(seq, 'x'));
  expect((await ledger.events('inc-1')).map(({ seq }) => seq)).toEqual([0, 1, 2, 10, 11]);
  expect((await ledger.events('inc-1', 10)).map(({ seq }) => seq)).toEqual([10, 11]);
  expect(await ledger.events('inc-2')).toEqual([]);
});

test('a row is created once, and who comes later is shown it', async () => {
  expect(await ledger.create(key, { by: 'one' })).toEqual({ created: true, row: { version: 1, data: { by: 'one' } } });
  expect(await ledger.create(key, { by: 'two' })).toEqual({ created: false, row: { version: 1, data: { by: 'one' } } });
  expect(await ledger.fetch({ family: 'lease', id: 'i-2' })).toBeUndefined();
});

test('a row is replaced only by a writer who read its current version', async () => {
  await ledger.create(key, { by: 'one' });
  expect(await ledger.replace(key, { by: 'two' }, 1)).toBe(true);
  expect(await ledger.replace(key, { by: 'late' }, 1)).toBe(false);
  expect(await ledger.replace({ family: 'lease', id: 'i-2' }, { by: 'x' }, 1)).toBe(false);
  expect(await ledger.fetch(key)).toEqual({ version: 2, data: { by: 'two' } });
});

test('rows of one id are listed by part, and those of a longer id are not among them', async () => {
  for (const part of ['b', 'a']) await ledger.create({ family: 'approval', id: 'q1', part }, { part });
  await ledger.create({ family: 'approval', id: 'q10' }, { part: 'other' });
  expect((await ledger.list('approval', 'q1')).map(({ data }) => data['part'])).toEqual(['a', 'b']);
});

test('counters reach their ceilings and do not pass them, all or none', async () => {
  const day: RowKey = { family: 'budget', id: 'day' };
  expect(await ledger.add(day, { cents: 60, runs: 1 }, { cents: 100 })).toEqual({
    added: true,
    totals: { cents: 60, runs: 1 },
  });
  expect(await ledger.add(day, { cents: 41, runs: 1 }, { cents: 100 })).toEqual({
    added: false,
    totals: { cents: 60, runs: 1 },
  });
  expect(await ledger.add(day, { cents: 40 }, { cents: 100 })).toEqual({ added: true, totals: { cents: 100 } });
  expect((await ledger.add(day, { cents: -30 }, { runs: 0 })).added).toBe(false);
  await expect(ledger.add(day, { dollars: 0.5 })).rejects.toThrow('counter dollars: 0.5 is no integer');
});

test('a count makes a replacement that saw the row before it stale', async () => {
  await ledger.create(key, { copies: 1 });
  await ledger.add(key, { copies: 1 });
  expect(await ledger.replace(key, { copies: 9 }, 1)).toBe(false);
  expect(await ledger.fetch(key)).toEqual({ version: 2, data: { copies: 2 } });
});

test('what was read can be changed without changing what is stored', async () => {
  await ledger.create(key, { list: ['a'] });
  const read = await ledger.fetch(key);
  if (read !== undefined) read.data['list'] = 'spoilt';
  expect(await ledger.fetch(key)).toEqual({ version: 1, data: { list: ['a'] } });
});
