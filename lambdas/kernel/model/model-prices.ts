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
}

/**
 * List prices of the Claude API in US dollars, read on 2026-11-21 from
 * https://platform.claude.com/docs/en/about-claude/pricing. A model without a line cannot be budgeted and
 * is therefore not called. The ratio of cache prices to input differs between generations: copy all four.
 */
const PRICES: ReadonlyMap<string, ModelPrice> = new Map([
  ['claude-opus-4-6', { input: 5_000_000, output: 25_000_000, cacheWrite: 6_250_000, cacheRead: 500_000 }],
  ['claude-sonnet-4-6', { input: 3_000_000, output: 15_000_000, cacheWrite: 3_750_000, cacheRead: 300_000 }],
  ['claude-haiku-4-5', { input: 1_000_000, output: 5_000_000, cacheWrite: 1_250_000, cacheRead: 100_000 }],
  ['claude-haiku-4-5-20251001', { input: 1_000_000, output: 5_000_000, cacheWrite: 1_250_000, cacheRead: 100_000 }],
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
  const price = requiredPrice(model);
  const total =
    usage.inputTokens * price.input +
    usage.outputTokens * price.output +
    usage.cacheWriteTokens * price.cacheWrite +
    usage.cacheReadTokens * price.cacheRead;
  return Math.ceil((total * percentOf(source)) / 100_000_000);
};

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
  const price = modelPriceOf(model);
  if (price === undefined) {
    throw new StepError(ERROR.misconfigured, unknownModelAdvice(model), 'Add the price, review it, and deploy again.');
  }
  return price;
};
