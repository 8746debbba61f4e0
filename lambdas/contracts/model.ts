import * as z from 'zod';
import { Json } from './json.ts';

/** A block of an assistant message, Messages API. Unknown kinds (thinking among them) are kept as they came. */
export const ContentBlock = z.union([
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('tool_use'), id: z.string().min(1), name: z.string(), input: Json }),
  z.looseObject({ type: z.enum(['thinking', 'redacted_thinking']) }),
]);
export type ContentBlock = z.infer<typeof ContentBlock>;

/** Tokens of one call. Input excludes what was written to or read from the prompt cache. */
export const Usage = z.strictObject({
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

/** One answer of the model. */
export const ModelTurn = z.strictObject({
  content: z.array(ContentBlock),
  stopReason: z.string(),
  usage: Usage,
  /** Id of the model that answered, as the service reports it. */
  model: z.string(),
});
export type ModelTurn = z.infer<typeof ModelTurn>;

/** One message of the conversation. Tool results are in user messages, as the Messages API requires. */
export type Message =
  | { readonly role: 'assistant'; readonly content: readonly ContentBlock[] }
  | { readonly role: 'user'; readonly content: readonly UserBlock[] };
export type UserBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_result'; readonly toolUseId: string; readonly text: string; readonly isError: boolean };

/** A tool as the model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input, generated from the manifest's zod schema. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}
