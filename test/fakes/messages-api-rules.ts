import * as z from 'zod';
import { ContentBlock } from '../../lambdas/contracts/model.ts';
import type { ModelRequest } from '../../lambdas/contracts/ports.ts';

const cache_control = z.strictObject({ type: z.literal('ephemeral') }).optional();
const Text = z.looseObject({ type: z.literal('text'), text: z.string().min(1), cache_control });
const ToolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.string(),
  is_error: z.boolean().optional(),
  cache_control,
});
const ToolUseInput = z.looseObject({ type: z.literal('tool_use'), input: z.record(z.string(), z.unknown()) });
const AssistantBlock = ContentBlock.refine(
  (block) => block.type !== 'tool_use' || ToolUseInput.safeParse(block).success,
  {
    error: 'tool_use.input: Input should be a valid dictionary',
  },
).refine((block) => block.type !== 'text' || Text.safeParse(block).success, {
  error: 'text content blocks must be non-empty',
});

/** The part of a Messages API request that this project sends. */
export const WireRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  system: z.array(Text).optional(),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
        description: z.string(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        cache_control,
      }),
    )
    .optional(),
  tool_choice: z.strictObject({ type: z.literal('auto'), disable_parallel_tool_use: z.boolean() }).optional(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({ role: z.literal('user'), content: z.array(z.union([Text, ToolResult])).min(1) }),
        z.strictObject({ role: z.literal('assistant'), content: z.array(AssistantBlock).min(1) }),
      ]),
    )
    .min(1),
});
export type WireRequest = z.infer<typeof WireRequest>;
type WireMessage = WireRequest['messages'][number];

/** Why the real API would refuse a request with a 400, beyond its schema; undefined if it would accept it. */
export const requestFault = (request: WireRequest): string | undefined => {
  const breakpoints = JSON.stringify(request).split('"cache_control"').length - 1;
  if (breakpoints > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${breakpoints}.`;
  if (request.tool_choice !== undefined && request.tools === undefined) {
    return 'tool_choice may only be specified while providing tools.';
  }
  if (request.messages.at(-1)?.role !== 'user') return 'The conversation must end with a user message.';
  return request.messages
    .map((message, index) => unanswered(message, request.messages[index - 1], index))
    .find(Boolean);
};

/** Every tool call needs exactly one result in the next message, and results must come before texts. */
const unanswered = (message: WireMessage, before: WireMessage | undefined, index: number): string | undefined => {
  if (message.role !== 'user') return undefined;
  const asked = (before?.content ?? []).flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
  const kinds = message.content.map(({ type }) => type);
  const answered = message.content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
  if (kinds.lastIndexOf('tool_result') >= answered.length) {
    return `messages.${index}: tool_result blocks must come before text.`;
  }
  const same = [...asked].sort().join() === [...answered].sort().join();
  return same
    ? undefined
    : `messages.${index}: tool_use ids [${asked.join()}] got tool_result ids [${answered.join()}].`;
};

/** The request in terms of our model port, which the scripted model needs to play its next turn. */
export const fromWireRequest = (request: WireRequest): ModelRequest => ({
  model: request.model,
  maxTokens: request.max_tokens,
  system: (request.system ?? []).map(({ text }) => text).join('\n'),
  tools: (request.tools ?? []).map((tool) => ({ ...tool, inputSchema: tool.input_schema })),
  messages: request.messages.map((message) =>
    message.role === 'assistant'
      ? message
      : {
          role: 'user',
          content: message.content.map((block) =>
            block.type === 'text'
              ? { type: 'text', text: block.text }
              : {
                  type: 'tool_result',
                  toolUseId: block.tool_use_id,
                  text: block.content,
                  isError: block.is_error ?? false,
                },
          ),
        },
  ),
});
