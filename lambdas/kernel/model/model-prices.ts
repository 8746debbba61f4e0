import type { Usage } from '../../contracts/model.ts';
import type { ModelSource } from '../../contracts/settings.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';

/** What a model costs, in integer micro-dollars per million tokens, so that no sum ever rounds in between. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** Kept five minutes: the only lifetime that the adapter asks for. */
  readonly cacheWrite: number;
  readonly cacheRead: number;
  /** The price of a whole call whose prompt, cached or not, has more tokens than this. */
  readonly long?: { readonly above: number; readonly price: ModelPrice };
}

/** In dollars per million tokens, as the price list has them. */
const price = (input: number, output: number, cacheWrite: number, cacheRead: number): ModelPrice => ({
  input: Math.round(input * 1_000_000),
  output: Math.round(output * 1_000_000),
  cacheWrite: Math.round(cacheWrite * 1_000_000),
  cacheRead: Math.round(cacheRead * 1_000_000),
});

const FABLE_5_2 = price(8, 40, 10, 0.2);
const FABLE_5_1 = price(10, 50, 12.5, 0.25);
const FABLE_5 = price(10, 50, 12.5, 1);
const OPUS_5 = price(5, 25, 6.25, 0.5);
const SONNET_4 = price(3, 15, 3.75, 0.3);
const HAIKU_4_5 = price(1, 5, 1.25, 0.1);

/**
 * List prices of the Claude API, read on 2026-11-21 from https://platform.claude.com/docs/en/about-claude/pricing, of
 * every model that the installed SDK names and that has one. A model without a line cannot be budgeted and is therefore
 * not called. The ratio of cache prices to input differs between generations: copy all four.
 */
const PRICES: ReadonlyMap<string, ModelPrice> = new Map([
  ['claude-fable-5-2', FABLE_5_2],
  ['claude-fable-5-1', FABLE_5_1],
  ['claude-fable-5', FABLE_5],
  ['claude-mythos-5-2', FABLE_5_2],
  ['claude-mythos-5-1', FABLE_5_1],
  ['claude-mythos-5', FABLE_5],
  ['claude-opus-5-5', price(4, 20, 5, 0.2)],
  ['claude-opus-5', OPUS_5],
  ['claude-opus-4-8', OPUS_5],
  ['claude-opus-4-7', OPUS_5],
  ['claude-opus-4-6', OPUS_5],
  ['claude-opus-4-5', OPUS_5],
  ['claude-opus-4-5-20251101', OPUS_5],
  ['claude-sonnet-5-5', price(2, 10, 2.5, 0.1)],
  ['claude-sonnet-5', price(2, 10, 2.5, 0.2)],
  ['claude-sonnet-4-6', SONNET_4],
  ['claude-sonnet-4-5', SONNET_4],
  ['claude-sonnet-4-5-20250929', SONNET_4],
  [
    'claude-haiku-5-5',
    { ...price(0.1, 0.5, 0.125, 0.01), long: { above: 100_000, price: price(0.5, 2.5, 0.625, 0.05) } },
  ],
  ['claude-haiku-4-5', HAIKU_4_5],
  ['claude-haiku-4-5-20251001', HAIKU_4_5],
]);

/**
 * Bedrock's price for keeping a request within a geography: a tenth more, on every kind of token, for Claude Sonnet
 * 4.5 and newer models; through a global profile it charges Anthropic's list price. Read on 2026-11-21 from
 * https://platform.claude.com/docs/en/about-claude/pricing#third-party-platform-pricing and
 * https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html. A line for an older model
 * would be charged too much here, never too little.
 */
const GEOGRAPHIC_PERCENT = 110;

/** The list price of a model by the id that the agent names; undefined when the table has no line for it. */
export const modelPriceOf = (model: string): ModelPrice | undefined => PRICES.get(model);

/** The error message for a model without a price. */
export const unknownModelAdvice = (model: string): string =>
  `There is no price for the model "${model}", so its budget cannot be held. ` +
  `Add the line ['${model}', { input, output, cacheWrite, cacheRead }] in micro-dollars per million tokens ` +
  `to lambdas/kernel/model/model-prices.ts, or name one of: ${[...PRICES.keys()].join(', ')}.`;

/** The cost of a call at its source, in micro-dollars, rounded up. */
export const costMicroUsd = (model: string, usage: Usage, source: ModelSource): number => {
  const { input, output, cacheWrite, cacheRead } = priceAt(requiredPrice(model), usage);
  const total =
    usage.inputTokens * input +
    usage.outputTokens * output +
    usage.cacheWriteTokens * cacheWrite +
    usage.cacheReadTokens * cacheRead;
  return Math.ceil((total * percentOf(source)) / 100_000_000);
};

const priceAt = (price: ModelPrice, { inputTokens, cacheWriteTokens, cacheReadTokens }: Usage): ModelPrice =>
  price.long !== undefined && inputTokens + cacheWriteTokens + cacheReadTokens > price.long.above
    ? price.long.price
    : price;

/** The price at a source, in percent of the list price. */
const percentOf = (source: ModelSource): number => {
  switch (source.provider) {
    case 'anthropic':
      return 100;
    case 'bedrock':
      return source.geography === 'global' ? 100 : GEOGRAPHIC_PERCENT;
  }
};

/** The most that a call can cost: nothing is found in the cache, all of it is written, every output token is used. */
export const worstCaseMicroUsd = (
  model: string,
  inputTokensEstimate: number,
  maxTokens: number,
  source: ModelSource,
): number =>
  costMicroUsd(
    model,
    { inputTokens: 0, outputTokens: maxTokens, cacheWriteTokens: inputTokensEstimate, cacheReadTokens: 0 },
    source,
  );

const requiredPrice = (model: string): ModelPrice => {
  const found = modelPriceOf(model);
  if (found === undefined) {
    throw new StepError(ERROR.misconfigured, unknownModelAdvice(model), 'Add the price, review it, and deploy again.');
  }
  return found;
};
