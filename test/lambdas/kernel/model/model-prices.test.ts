import { expect, test } from 'vitest';
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
    for (const price of Object.values(modelPriceOf(model) ?? {})) expect(Number.isSafeInteger(price)).toBe(true);
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
