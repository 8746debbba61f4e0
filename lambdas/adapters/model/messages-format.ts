import type Anthropic from '@anthropic-ai/sdk';
import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import type { Json } from '../../contracts/json.ts';
import { ContentBlock, type Message, type ModelTurn, type UserBlock } from '../../contracts/model.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { cleanJson } from '../../kernel/redaction/clean-json.ts';
import type { ModelRequest } from '../../contracts/ports.ts';

/**
 * A breakpoint of the prompt cache. The API allows four per request, and three are set here. The one on the system text
 * also covers the tools, which the API puts before it; both are the same for every incident of an agent. The one on the
 * newest user message stores the conversation. The one on the user message before it finds what the last turn stored,
 * even if this turn added more blocks than the 20 that the API looks back.
 */
const CACHE = { cache_control: { type: 'ephemeral' } } as const satisfies Partial<Anthropic.TextBlockParam>;
const CACHED_USER_MESSAGES = 2;

/** A request as the Messages API expects it. */
export const toMessagesFormat = (request: ModelRequest): Anthropic.MessageCreateParamsNonStreaming => ({
  model: request.model,
  max_tokens: request.maxTokens,
  system: [{ type: 'text', text: request.system, ...CACHE }],
  ...(request.tools.length > 0 && {
    tools: request.tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: { ...inputSchema, type: 'object' as const },
    })),
    tool_choice: { type: 'auto' as const, disable_parallel_tool_use: false },
  }),
  messages: withBreakpoints(request.messages.map(messageParam)),
});

type Param = Anthropic.ContentBlockParam;
interface MessageParam {
  readonly role: 'user' | 'assistant';
  readonly content: Param[];
}

const messageParam = (message: Message): MessageParam =>
  message.role === 'user'
    ? // Tool results come first: the API rejects a text before one.
      { role: 'user', content: [...message.content].sort(resultsFirst).map(userParam) }
    : { role: 'assistant', content: withoutEmptyText(message.content).map(assistantParam) };

const resultsFirst = (a: UserBlock, b: UserBlock): number => rank(a) - rank(b);
const rank = (block: UserBlock): number => (block.type === 'tool_result' ? 0 : 1);

const userParam = (block: UserBlock): Param =>
  block.type === 'text'
    ? { type: 'text', text: block.text }
    : { type: 'tool_result', tool_use_id: block.toolUseId, content: block.text, is_error: block.isError };

/** A model sometimes returns empty text, which the API rejects when it is sent back. */
const withoutEmptyText = (content: readonly ContentBlock[]): readonly ContentBlock[] => {
  const blocks = content.filter((block) => block.type !== 'text' || block.text.trim() !== '');
  return blocks.length > 0 ? blocks : [{ type: 'text', text: '(no answer)' }];
};

const Thinking = z.union([
  z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.looseObject({ type: z.literal('redacted_thinking'), data: z.string() }),
]);

/** The model's blocks are sent back unchanged, except tool input that is not an object, which the API would reject. */
const assistantParam = (block: ContentBlock): Param => {
  switch (block.type) {
    case 'text':
      return { ...block };
    case 'tool_use':
      return { ...block, input: isObject(block.input) ? block.input : { notAnObject: block.input } };
    default: {
      const thinking = Thinking.safeParse(block);
      if (!thinking.success) throw contractBroken(`A thinking block is damaged: ${z.prettifyError(thinking.error)}`);
      return thinking.data;
    }
  }
};

const isObject = (value: Json): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const withBreakpoints = (messages: MessageParam[]): Anthropic.MessageParam[] => {
  const users = messages.filter(({ role }) => role === 'user').slice(-CACHED_USER_MESSAGES);
  return messages.map((message) => {
    const last = message.content.at(-1);
    if (!users.includes(message) || (last?.type !== 'text' && last?.type !== 'tool_result')) return message;
    return { role: message.role, content: [...message.content.slice(0, -1), { ...last, ...CACHE }] };
  });
};

const tokens = z.int().nonnegative();
const Answer = z.looseObject({
  model: z.string().min(1),
  content: z.array(ContentBlock),
  stop_reason: z.string(),
  usage: z.looseObject({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_creation_input_tokens: tokens.nullish(),
    cache_read_input_tokens: tokens.nullish(),
  }),
});

/** A response of the API as a turn. A response without usage is rejected, because its cost would be unknown. */
export const fromMessagesFormat = (answer: unknown, from: string): ModelTurn => {
  // Cleaned first: what is too deep or half a character could not be recorded, and the turn would be lost.
  const parsed = Answer.safeParse(cleanJson(answer).value);
  if (!parsed.success) {
    throw new StepError(
      ERROR.contractBroken,
      `${from} returned a response that is not a Messages API message: ${z.prettifyError(parsed.error)}`,
      'If `model.baseUrl` names a gateway, check that it passes complete messages on, `usage` included.',
    );
  }
  const { model, content, stop_reason, usage } = parsed.data;
  return {
    model,
    content,
    stopReason: stop_reason,
    usage: {
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
      cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    },
  };
};
