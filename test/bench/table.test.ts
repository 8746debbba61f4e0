import { expect, test } from 'vitest';
import { counted, ratioOf, rowVerdict, verdictOf, type Figure, type Row } from './figure.ts';
import { changesSince, keptOf, type Kept } from './kept.ts';
import { spreadOf } from './noise.ts';
import { optionsFrom } from './options.ts';
import { pageWith } from './page.ts';
import { CachedRequest, PromptCache } from './prompt-cache.ts';
import { markdownTable, numberText, textTable } from './table.ts';

const timed = (ours: number, peer: number, noise = 0): Figure => ({
  name: 'a turn',
  unit: 'µs',
  ours: { median: ours, noise },
  peers: [
    { name: 'floor', value: peer },
    { name: 'another', value: 1 },
  ],
  aim: { most: 9 },
  aimOf: 'ratio',
});
const rowOf = (...figures: Figure[]): Row => ({ row: 1, title: 'CPU', figures, notes: ['openai-agents was skipped.'] });
const keptWith = (value: number, noise = 0): Kept => ({ before: 'abc', figures: { '1 a turn': { value, noise } } });

test('one round that a busy machine spoiled changes neither median nor noise', () => {
  expect(spreadOf([10, 11, 9, 10, 900])).toEqual({ median: 10, noise: 1 });
  expect(spreadOf([1, 3])).toEqual({ median: 2, noise: 1 });
});

test('a ratio is to the first peer, and the aim is of the ratio where the figure says so', () => {
  expect(ratioOf(timed(80, 10))).toBe(8);
  expect(verdictOf(timed(80, 10))).toBe('pass');
  expect(verdictOf(timed(100, 10))).toBe('short');
  expect(verdictOf({ ...timed(80, 10), aimOf: 'value' })).toBe('short');
  expect(verdictOf({ ...timed(80, 10), aim: { least: 9 } })).toBe('short');
});

test('a value that was not measured, or has no peer to compare with, is short of its aim', () => {
  expect(verdictOf(timed(Number.NaN, 10))).toBe('short');
  expect(verdictOf({ name: 'a', unit: '', ours: counted(1), aim: { most: 2 }, aimOf: 'ratio' })).toBe('short');
});

test('a row with one figure that is short is short, and one without an aim is only reported', () => {
  expect(rowVerdict(rowOf(timed(80, 10), timed(100, 10)))).toBe('short');
  expect(rowVerdict(rowOf(timed(80, 10), { name: 'b', unit: '', ours: counted(1) }))).toBe('pass');
  expect(rowVerdict(rowOf({ name: 'b', unit: '', ours: counted(1) }))).toBe('reported');
});

test('what is kept of a time is its ratio with its noise, and of a count the count itself', () => {
  expect(keptOf(timed(80, 10, 5))).toEqual({ value: 8, noise: 0.5 });
  expect(keptOf({ ...timed(80, 10), keep: 'value' })).toEqual({ value: 80, noise: 0 });
});

test('a figure got worse only by more than the noise of both runs', () => {
  const change = (now: Figure, kept: Kept) => changesSince(kept, [rowOf(now)])[0]?.change;
  expect(change(timed(90, 10), keptWith(8))).toBe('worse');
  expect(change(timed(90, 10, 3), keptWith(8, 0.3))).toBe('same');
  expect(change(timed(81, 10), keptWith(8))).toBe('same');
  expect(change(timed(60, 10), keptWith(8))).toBe('better');
  expect(change({ ...timed(90, 10), moreIsBetter: true }, keptWith(8))).toBe('better');
  expect(change({ ...timed(60, 10), moreIsBetter: true }, keptWith(8))).toBe('worse');
});

test('a figure that nobody kept is compared with nothing', () => {
  expect(changesSince({ before: 'abc', figures: {} }, [rowOf(timed(1, 1))])).toEqual([]);
});

test('the table names peers, verdict, noise, and what was left out', () => {
  const rows = [rowOf(timed(100, 10, 5))];
  const text = textTable(rows, changesSince(keptWith(8), rows));
  expect(text).toContain('floor 10 · another 1');
  expect(text).toMatch(/100 µs +10 × +≤ 9 × +short +± 5 %/);
  expect(text).toContain('1: openai-agents was skipped.');
  expect(text).toContain('Worse than kept:\n  1 a turn: 8 → 10');
  expect(markdownTable(rows)).toContain(
    '| 1 | a turn | floor 10 · another 1 | 100 µs | 10 × | ≤ 9 × | short | ± 5 % |',
  );
});

test.each([
  [1234.5, '1,235'],
  [12.345, '12.3'],
  [0.0012345, '0.00123'],
])('%d is printed with three digits that count', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('the page keeps what people wrote around the table', () => {
  const page =
    'Method.\n\n<!-- What npm run bench -- --save printed. Do not edit. -->\nold\n<!-- Until here. -->\n\nPeers.\n';
  expect(pageWith(page, 'new')).toBe(page.replace('old', '\nnew\n'));
  expect(() => pageWith('No markers.', 'new')).toThrow('docs/bench.md');
});

test('a row that is not in the table is refused by name', () => {
  expect(optionsFrom(['--only', '9,1']).only).toEqual([1, 9]);
  expect(() => optionsFrom(['--only', '11'])).toThrow('--only');
  expect(() => optionsFrom(['--rounds', '0'])).toThrow('--rounds');
});

const request = (...texts: string[]): CachedRequest =>
  CachedRequest.parse({
    system: [{ text: 's'.repeat(8000), cache_control: {} }],
    messages: texts.map((text, index) => ({
      role: 'user',
      content: [{ text, ...(index === texts.length - 1 && { cache_control: {} }) }],
    })),
  });

test('the prompt cache reads what an earlier request stored, and nothing behind the first difference', () => {
  const cache = new PromptCache();
  const [first, second] = ['a'.repeat(4000), 'b'.repeat(4000)];
  expect(cache.request(request(first))).toMatchObject({ cacheReadTokens: 0, inputTokens: 0 });
  const stored = cache.cacheable;
  expect(cache.request(request(first, second)).cacheReadTokens).toBe(stored);
  const changed = cache.request(request('c', second));
  expect(changed.cacheReadTokens).toBeGreaterThan(1900);
  expect(changed.cacheReadTokens).toBeLessThan(2100);
});

test('a prefix that is too short is not stored', () => {
  const cache = new PromptCache();
  const short = CachedRequest.parse({ system: [{ text: 'short', cache_control: {} }], messages: [] });
  cache.request(short);
  expect(cache.request(short)).toMatchObject({ cacheReadTokens: 0, cacheWriteTokens: 0 });
});
