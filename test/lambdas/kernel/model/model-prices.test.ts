import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { bedrockIdOf } from '../../../../lambdas/contracts/bedrock.ts';
import { retirementOf, retirementWarning } from '../../../../lambdas/contracts/model-retirement.ts';
import {
  costMicroUsd,
  modelPriceOf,
  unknownModelAdvice,
  worstCaseMicroUsd,
} from '../../../../lambdas/kernel/model/model-prices.ts';

const LIST = { provider: 'anthropic', baseUrl: 'https://api.anthropic.com' } as const;
const onBedrock = (geography: 'global' | 'eu') => ({ provider: 'bedrock', geography }) as const;
const usage = { inputTokens: 0, outputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0 };

test.each([
  ['claude-opus-4-6', 5, 25],
  ['claude-sonnet-4-6', 3, 15],
  ['claude-haiku-4-5', 1, 5],
  ['claude-haiku-4-5-20251001', 1, 5],
])(
  '%s is billed at its list price: $%d in, $%d out, 1.25 times to write the cache, a tenth to read it',
  (model, input, output) => {
    const million = 1_000_000;
    expect(costMicroUsd(model, { ...usage, inputTokens: million }, LIST)).toBe(input * million);
    expect(costMicroUsd(model, { ...usage, outputTokens: million }, LIST)).toBe(output * million);
    expect(costMicroUsd(model, { ...usage, cacheWriteTokens: million }, LIST)).toBe(input * 1.25 * million);
    expect(costMicroUsd(model, { ...usage, cacheReadTokens: million }, LIST)).toBe(Math.round(input * 0.1 * million));
  },
);

test('every price is a whole number of micro-dollars', () => {
  for (const model of ['claude-opus-4-6', 'claude-sonnet-4-6', 'claude-haiku-4-5']) {
    for (const price of Object.values({ ...modelPriceOf(model), long: 0 }))
      expect(Number.isSafeInteger(price)).toBe(true);
  }
});

test('a fraction of a micro-dollar is rounded up, never away', () => {
  expect(costMicroUsd('claude-haiku-4-5', { ...usage, cacheReadTokens: 1 }, LIST)).toBe(1);
});

test('the kinds of tokens of one call add up to a whole cost', () => {
  const call = { inputTokens: 200, outputTokens: 1_000, cacheWriteTokens: 2_000, cacheReadTokens: 30_000 };
  expect(costMicroUsd('claude-sonnet-4-6', call, LIST)).toBe(600 + 15_000 + 7_500 + 9_000);
});

test('no call costs more than the worst case that was reserved for it', () => {
  const reserved = worstCaseMicroUsd('claude-opus-4-6', 10_000, 4_096, LIST);
  for (const split of [
    { inputTokens: 10_000, cacheWriteTokens: 0, cacheReadTokens: 0 },
    { inputTokens: 0, cacheWriteTokens: 10_000, cacheReadTokens: 0 },
    { inputTokens: 500, cacheWriteTokens: 500, cacheReadTokens: 9_000 },
  ]) {
    expect(costMicroUsd('claude-opus-4-6', { ...split, outputTokens: 4_096 }, LIST)).toBeLessThanOrEqual(reserved);
  }
});

test('a model without a price has none, and the error says which line to add where', () => {
  expect(modelPriceOf('claude-next')).toBeUndefined();
  expect(modelPriceOf('constructor')).toBeUndefined();
  expect(unknownModelAdvice('claude-next')).toContain("['claude-next', { input, output, cacheWrite, cacheRead }]");
  expect(unknownModelAdvice('claude-next')).toContain('lambdas/kernel/model/model-prices.ts');
  expect(() => costMicroUsd('claude-next', usage, LIST)).toThrow(expect.objectContaining({ code: 'Misconfigured' }));
});

test('on Bedrock a geography costs a tenth more than the list price, and global costs the list price', () => {
  const million = { inputTokens: 0, outputTokens: 1_000_000, cacheWriteTokens: 0, cacheReadTokens: 1_000_000 };
  expect(costMicroUsd('claude-sonnet-4-6', million, onBedrock('global'))).toBe(15_300_000);
  expect(costMicroUsd('claude-sonnet-4-6', million, onBedrock('eu'))).toBe(16_830_000);
  expect(worstCaseMicroUsd('claude-sonnet-4-6', 0, 1_000_000, onBedrock('eu'))).toBe(16_500_000);
});

/** Files of the installed SDK: its list of models is a type, and that of deprecated ones is not exported. */
const sdk = (file: string): string =>
  readFileSync(
    join(dirname(createRequire(import.meta.url).resolve('@anthropic-ai/sdk')), 'resources/messages', file),
    'utf8',
  );
const quotedIn = (text: string): string[] => [...text.matchAll(/'(claude-[^']+)'/g)].map(([, id = '']) => id);
const sdkModels = quotedIn(/export type Model = (.*);/.exec(sdk('messages.d.ts'))?.[1] ?? '');

test('every model that the installed SDK names has a price, except the preview that has no list price', () => {
  expect(sdkModels.length).toBeGreaterThan(15);
  expect(sdkModels.filter((model) => modelPriceOf(model) === undefined)).toEqual(['claude-mythos-preview']);
});

test('every model that the installed SDK names has an id on Bedrock, except those that are by invitation', () => {
  const missing = sdkModels.filter((model) => bedrockIdOf(model, 'eu') === undefined);
  expect(missing.toSorted()).toEqual([
    'claude-mythos-5',
    'claude-mythos-5-1',
    'claude-mythos-5-2',
    'claude-mythos-preview',
  ]);
});

test('exactly the models that the installed SDK calls deprecated have a day on which they retire, and it is the same', () => {
  const table = /const DEPRECATED_MODELS = \{([^}]*)\}/.exec(sdk('messages.js'))?.[1] ?? '';
  const lines = [...table.matchAll(/'(claude-[^']+)': '(\w+ \d+)\w*, (\d+)'/g)];
  expect(lines.length).toBeGreaterThan(0);
  const days = lines.map(([, model, day, year]) => [model, new Date(`${day} ${year} UTC`).toISOString().slice(0, 10)]);
  const ours = sdkModels.flatMap((model) => (retirementOf(model) === undefined ? [] : [[model, retirementOf(model)]]));
  expect(ours.toSorted()).toEqual(days.toSorted());
});

test('an agent whose model retires is warned of it with the day', () => {
  expect(retirementWarning('ec2', 'claude-sonnet-4-5')).toMatch(/^The agent ec2 uses claude-sonnet-4-5, .* 2026-11-30/);
  expect(retirementWarning('ec2', 'claude-sonnet-4-6')).toBeUndefined();
});

test('a model that costs more for a long prompt is charged so from the first token, cached ones counted', () => {
  const short = { ...usage, inputTokens: 50_000, cacheReadTokens: 50_000, outputTokens: 1000 };
  expect(costMicroUsd('claude-haiku-5-5', short, LIST)).toBe(5000 + 500 + 500);
  expect(costMicroUsd('claude-haiku-5-5', { ...short, inputTokens: 50_001 }, LIST)).toBe(25_001 + 2500 + 2500);
  expect(worstCaseMicroUsd('claude-haiku-5-5', 100_001, 1000, LIST)).toBeGreaterThan(62_500);
});
