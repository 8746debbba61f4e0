import * as z from 'zod';

/**
 * Where Bedrock may process a request: it routes among the Regions of an inference profile, and `global` is
 * every commercial Region. https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
 */
export const Geography = z.enum(['global', 'us', 'eu', 'apac', 'jp', 'au']);
type Geography = z.infer<typeof Geography>;

/**
 * Bedrock's model ids by the names that agents use; read on 2026-11-21 from
 * https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock-legacy (up to Claude 4.6) and from the
 * model cards of https://docs.aws.amazon.com/bedrock/latest/userguide/. Not every model has a profile in every
 * geography: they say which. Claude Mythos is not here, because it is not for everybody.
 */
const BEDROCK_IDS: ReadonlyMap<string, string> = new Map([
  ['claude-fable-5-2', 'anthropic.claude-fable-5-2'],
  ['claude-fable-5-1', 'anthropic.claude-fable-5-1'],
  ['claude-fable-5', 'anthropic.claude-fable-5'],
  ['claude-opus-5-5', 'anthropic.claude-opus-5-5'],
  ['claude-opus-5', 'anthropic.claude-opus-5'],
  ['claude-opus-4-8', 'anthropic.claude-opus-4-8'],
  ['claude-opus-4-7', 'anthropic.claude-opus-4-7'],
  ['claude-opus-4-6', 'anthropic.claude-opus-4-6-v1'],
  ['claude-opus-4-5', 'anthropic.claude-opus-4-5-20251101-v1:0'],
  ['claude-opus-4-5-20251101', 'anthropic.claude-opus-4-5-20251101-v1:0'],
  ['claude-sonnet-5-5', 'anthropic.claude-sonnet-5-5'],
  ['claude-sonnet-5', 'anthropic.claude-sonnet-5'],
  ['claude-sonnet-4-6', 'anthropic.claude-sonnet-4-6'],
  ['claude-sonnet-4-5', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['claude-sonnet-4-5-20250929', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['claude-haiku-5-5', 'anthropic.claude-haiku-5-5'],
  ['claude-haiku-4-5', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
  ['claude-haiku-4-5-20251001', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
]);

/** A model on Bedrock. */
export interface BedrockId {
  /** The model itself, the same in every Region. */
  readonly model: string;
  /** The inference profile that requests name. */
  readonly profile: string;
}

/** The Bedrock id of the model that an agent names; undefined when the table has no line for it. */
export const bedrockIdOf = (model: string, geography: Geography): BedrockId | undefined => {
  const id = BEDROCK_IDS.get(model);
  return id === undefined ? undefined : { model: id, profile: `${geography}.${id}` };
};

/** The error message for a model without a Bedrock id. */
export const unknownOnBedrock = (model: string): string =>
  `No id on Amazon Bedrock is known for the model "${model}". Add the line ['${model}', 'anthropic.…'] to ` +
  `lambdas/contracts/bedrock.ts, or name one of: ${[...BEDROCK_IDS.keys()].join(', ')}.`;
