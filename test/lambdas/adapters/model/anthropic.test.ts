import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { anthropicModel, type AnthropicOptions } from '../../../../lambdas/adapters/model/anthropic.ts';
import type { Message, ToolSpec } from '../../../../lambdas/contracts/model.ts';
import { CheckreinError, InputError } from '../../../../lambdas/contracts/errors.ts';
import type { ModelRequest } from '../../../../lambdas/contracts/ports.ts';
import * as fake from '../../../fakes/messages-api.ts';

const KEY = 'sk-ant-test-0123456789';

let api: fake.MessagesApi;
beforeEach(async () => (api = await fake.MessagesApi.start()));
afterEach(() => api.stop());

const model = (options: Partial<AnthropicOptions> = {}) =>
  anthropicModel({ apiKey: async () => KEY, baseUrl: api.baseUrl, timeoutMs: 2_000, maxRetries: 1, ...options });

const LOOK: ToolSpec = { name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } };
const TASK: Message = { role: 'user', content: [{ type: 'text', text: 'CPU alarm on i-1.' }] };
const ask = (...messages: Message[]): ModelRequest => ({
  model: 'claude-sonnet-4-6',
  system: 'You investigate.',
  messages: [TASK, ...messages],
  tools: [LOOK],
  maxTokens: 1000,
});
const called = (id: string): Message => ({
  role: 'assistant',
  content: [{ type: 'tool_use', id, name: 'look', input: {} }],
});
const result = (toolUseId: string): Message => ({
  role: 'user',
  content: [{ type: 'tool_result', toolUseId, text: `Seen by ${toolUseId}.`, isError: false }],
});

const HELLO = fake.message([{ type: 'text', text: 'Hello.' }]);

/** A text with this in it. */
const saying = (part: string | RegExp): unknown =>
  typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part);

/** The error that a turn ends with. */
const failure = async (options: Partial<AnthropicOptions> = {}): Promise<CheckreinError> => {
  const thrown: unknown = await model(options)
    .decide(ask())
    .catch((error: unknown) => error);
  if (!(thrown instanceof CheckreinError)) expect.fail(`expected one of our own errors, got ${inspect(thrown)}`);
  expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(KEY);
  return thrown;
};

test('an answer becomes a turn with its blocks, stop reason, model and all four counts of tokens', async () => {
  const usage = { inputTokens: 3, outputTokens: 40, cacheWriteTokens: 500, cacheReadTokens: 6000 };
  const content = [
    { type: 'thinking' as const, thinking: 'Hm.', signature: 'c2ln' },
    { type: 'text' as const, text: 'I look.', citations: null },
    { type: 'tool_use' as const, id: 'toolu_1', name: 'look', input: {}, caller: { type: 'direct' } },
    { type: 'tool_use' as const, id: 'toolu_2', name: 'look', input: {} },
  ];
  api.replies(fake.message(content, 'tool_use', usage));
  expect(await model().decide(ask())).toEqual({ content, stopReason: 'tool_use', usage, model: 'claude-sonnet-4-6' });
});

test('the request goes to the base URL, below its path, with the key as a bearer token', async () => {
  api.replies(HELLO);
  await model({ baseUrl: `${api.baseUrl}/gateway/` }).decide(ask());
  expect(api.requests[0]?.headers).toMatchObject({ host: new URL(api.baseUrl).host, authorization: `Bearer ${KEY}` });
});

test('tools are sent with their schema, and the model may call several at once or none', async () => {
  api.replies(HELLO);
  await model().decide(ask());
  expect(api.requests[0]?.body).toMatchObject({
    model: 'claude-sonnet-4-6',
    max_tokens: 1000,
    tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: {} } }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: false },
  });
});

test('the cache keeps the system text with the tools, and the conversation up to its two newest user messages', async () => {
  api.replies(HELLO);
  await model().decide(ask(called('toolu_1'), result('toolu_1'), called('toolu_2'), result('toolu_2')));
  const { system, messages } = api.requests[0]?.body ?? {};
  const mark = { cache_control: { type: 'ephemeral' } };
  expect(system).toEqual([{ type: 'text', text: 'You investigate.', ...mark }]);
  expect(messages?.map(({ content }) => content.map((block) => 'cache_control' in block))).toEqual([
    [false],
    [false],
    [true],
    [false],
    [true],
  ]);
});

test('only the last block of a user message is a cache breakpoint', async () => {
  api.replies(HELLO);
  const both: Message = {
    role: 'assistant',
    content: ['toolu_1', 'toolu_2'].map((id) => ({ type: 'tool_use', id, name: 'look', input: {} })),
  };
  const results: Message = {
    role: 'user',
    content: ['toolu_1', 'toolu_2'].map((id) => ({
      type: 'tool_result',
      toolUseId: id,
      text: 'Seen.',
      isError: false,
    })),
  };
  await model().decide(ask(both, results));
  const last = api.requests[0]?.body.messages.at(-1);
  expect(last?.content.map((block) => 'cache_control' in block)).toEqual([false, true]);
});

test('tool results come before texts, as the API requires', async () => {
  api.replies(HELLO);
  const mixed: Message = {
    role: 'user',
    content: [
      { type: 'text', text: 'A colleague denied it.' },
      { type: 'tool_result', toolUseId: 'toolu_1', text: 'refused', isError: true },
    ],
  };
  await model().decide(ask(called('toolu_1'), mixed));
  expect(api.requests[0]?.body.messages[2]?.content).toMatchObject([
    { type: 'tool_result', tool_use_id: 'toolu_1', content: 'refused', is_error: true },
    { type: 'text', text: 'A colleague denied it.' },
  ]);
});

test('tool input that is not an object reaches the harness, and the API accepts the next turn', async () => {
  api.replies(fake.message([{ type: 'tool_use', id: 'toolu_1', name: 'look', input: 'i-1' }], 'tool_use'), HELLO);
  const turn = await model().decide(ask());
  expect(turn.content).toEqual([{ type: 'tool_use', id: 'toolu_1', name: 'look', input: 'i-1' }]);
  await model().decide(ask({ role: 'assistant', content: turn.content }, result('toolu_1')));
  expect(api.requests[1]?.body.messages[1]?.content).toMatchObject([{ id: 'toolu_1', input: { notAnObject: 'i-1' } }]);
});

test('after a turn with empty text the API accepts the next one', async () => {
  api.replies(HELLO, HELLO);
  await model().decide(ask({ role: 'assistant', content: [{ type: 'text', text: ' ' }] }, TASK));
  await model().decide(ask({ role: 'assistant', content: [] }, TASK));
  for (const { body } of api.requests)
    expect(body.messages[1]?.content).toEqual([{ type: 'text', text: '(no answer)' }]);
});

test('thinking blocks are sent back unchanged', async () => {
  api.replies(HELLO);
  const thinking = { type: 'thinking' as const, thinking: 'Hm.', signature: 'c2ln' };
  const hidden = { type: 'redacted_thinking' as const, data: 'Zm9v' };
  await model().decide(ask({ role: 'assistant', content: [thinking, hidden, { type: 'text', text: 'So.' }] }, TASK));
  expect(api.requests[0]?.body.messages[1]?.content).toEqual([thinking, hidden, { type: 'text', text: 'So.' }]);
});

test.each(['max_tokens', 'refusal'])('an answer that ends with %s is a turn, not an error', async (stopReason) => {
  api.replies(fake.message([], stopReason));
  expect(await model().decide(ask())).toMatchObject({ content: [], stopReason });
});

test('a rate limit is waited out for as long as the service says', async () => {
  api.replies(fake.rateLimited(1), HELLO);
  const started = performance.now();
  await model().decide(ask());
  expect(performance.now() - started).toBeGreaterThanOrEqual(990);
});

test('a rate limit that outlives the retries is ModelUnavailable, with type and request id', async () => {
  api.replies(fake.rateLimited(0.01), fake.rateLimited(0.01));
  expect(await failure()).toMatchObject({
    name: 'ModelUnavailable',
    message: saying(/429 rate_limit_error: This request would exceed your rate limit\. \(request req_fake\)$/),
    cause: { status: 429, type: 'rate_limit_error', requestId: 'req_fake' },
  });
  expect(api.requests).toHaveLength(2);
});

test('a rate limit that would outlive the function ends at the time limit of the turn', async () => {
  api.replies(fake.rateLimited(3600));
  expect(await failure({ totalMs: 300 })).toMatchObject({
    name: 'ModelUnavailable',
    message: saying('gave no complete response within 0.3 s, retries included'),
  });
});

test('an overloaded service is tried again', async () => {
  api.replies(fake.overloaded, HELLO);
  expect(await model().decide(ask())).toMatchObject({ content: [{ text: 'Hello.' }] });
});

test.each([500, 502, 503, 504, 529, 408, 409])('a %d that outlives the retries is ModelUnavailable', async (status) => {
  api.replies(fake.apiError(status, 'api_error', 'Down.'));
  const error = await failure({ maxRetries: 0 });
  expect(error).toMatchObject({ name: 'ModelUnavailable', cause: { status } });
});

test('a connection that is cut is tried again, and is ModelUnavailable in the end', async () => {
  api.replies(fake.cut, HELLO);
  expect(await model().decide(ask())).toMatchObject({ content: [{ text: 'Hello.' }] });
  api.replies(fake.cut, fake.cut);
  expect(await failure()).toMatchObject({
    name: 'ModelUnavailable',
    message: saying('Connection error'),
  });
});

test('a service that cannot be reached at all is ModelUnavailable, and the message says why', async () => {
  expect(await failure({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })).toMatchObject({
    name: 'ModelUnavailable',
    message: saying(/127\.0\.0\.1:1.*(ECONNREFUSED|bad port)/),
  });
});

test('an answer that is cut in the middle is ModelUnavailable', async () => {
  api.replies(fake.cutMidBody);
  expect(await failure()).toMatchObject({ name: 'ModelUnavailable' });
});

test('a response that stalls in the middle is given up at the time limit of the turn', async () => {
  api.replies(fake.stalledMidBody);
  const error = await failure({ totalMs: 300 });
  expect(error).toMatchObject({ name: 'ModelUnavailable', message: saying('within 0.3 s') });
});

test('a slow answer times out, is tried again, and is ModelUnavailable in the end', async () => {
  api.replies(fake.slow(1_000, HELLO), HELLO);
  expect(await model({ timeoutMs: 150 }).decide(ask())).toMatchObject({ content: [{ text: 'Hello.' }] });
  api.replies(fake.slow(1_000, HELLO), fake.slow(1_000, HELLO));
  expect(await failure({ timeoutMs: 150 })).toMatchObject({
    name: 'ModelUnavailable',
    message: saying('timed out'),
  });
  expect(api.requests).toHaveLength(4);
});

test('a body that is not JSON is ModelUnavailable', async () => {
  api.replies(fake.body('{"id": "msg_'));
  expect(await failure()).toMatchObject({ name: 'ModelUnavailable', message: saying('JSON') });
});

test('a response without usage is an error, because its cost would be unknown', async () => {
  api.replies(fake.body({ model: 'm', content: [], stop_reason: 'end_turn' }));
  expect(await failure()).toMatchObject({
    name: 'ContractBroken',
    message: saying('at usage'),
    advice: saying('gateway'),
  });
});

test('a response without cache counts used no cache', async () => {
  const usage = { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: null };
  api.replies(fake.body({ model: 'm', content: [], stop_reason: 'end_turn', usage }));
  const turn = await model().decide(ask());
  expect(turn.usage).toEqual({ inputTokens: 3, outputTokens: 4, cacheWriteTokens: 0, cacheReadTokens: 0 });
});

test('an unknown kind of block is an error, not dropped silently', async () => {
  const usage = { input_tokens: 3, output_tokens: 4 };
  const content = [{ type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} }];
  api.replies(fake.body({ model: 'm', content, stop_reason: 'end_turn', usage }));
  expect(await failure()).toMatchObject({ name: 'ContractBroken', message: saying('content[0]') });
});

test('a web page where the API was expected is an error that names the base URL', async () => {
  api.replies(fake.body('<html>Welcome</html>', 'text/html'));
  expect((await failure()).message).toContain(`${api.baseUrl} returned a response that is not a Messages API message`);
});

test('a key that is refused is Misconfigured, and the advice says where the key is set', async () => {
  const error = await failure({ apiKey: async () => `${KEY}-revoked` });
  expect(error).toMatchObject({ name: 'Misconfigured', cause: { status: 401, type: 'authentication_error' } });
  expect(error.advice).toContain('CHECKREIN_MODEL_SECRET');
});

test('a key without permission is Misconfigured', async () => {
  api.replies(fake.apiError(403, 'permission_error', 'Not for your workspace.'));
  expect(await failure()).toMatchObject({
    name: 'Misconfigured',
    message: saying('Not for your workspace.'),
  });
});

test('an account with a billing problem and a model that does not exist are Misconfigured, not bugs', async () => {
  api.replies(fake.apiError(402, 'billing_error', 'No credit.'), fake.apiError(404, 'not_found_error', 'model: x'));
  expect(await failure()).toMatchObject({ name: 'Misconfigured', message: saying('has a billing problem') });
  expect(await failure()).toMatchObject({
    name: 'Misconfigured',
    message: saying('has no model "claude-sonnet-4-6"'),
  });
});

test("a request that the API rejects is ContractBroken with the API's own message, and is not retried", async () => {
  api.replies(fake.apiError(400, 'invalid_request_error', 'max_tokens: 1000 > 10'));
  expect(await failure()).toMatchObject({
    name: 'ContractBroken',
    message: saying('400 invalid_request_error: max_tokens: 1000 > 10 (request req_fake)'),
  });
  expect(api.requests).toHaveLength(1);
});

test('a gateway that echoes the key does not get it into our errors', async () => {
  api.replies(fake.apiError(403, 'permission_error', `Key ${KEY} is not allowed.`));
  expect((await failure()).message).toContain('Key [key] is not allowed.');
});

test('a key saved with a trailing newline works', async () => {
  api.replies(HELLO);
  await model({ apiKey: async () => `${KEY}\n` }).decide(ask());
  expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
});

test.each([
  ['an empty one', ' '],
  ['one of two lines', `${KEY}\n${KEY}`],
  ['one with a stray character', `${KEY}…`],
])('an invalid key is refused before any call and not quoted: %s', async (_, key) => {
  const error = await failure({ apiKey: async () => key });
  expect(error).toMatchObject({ name: 'Misconfigured', message: saying('that an API key cannot have') });
  expect(api.requests).toHaveLength(0);
});

test('an error while reading the key passes through', async () => {
  const missing = new InputError('ANTHROPIC_API_KEY', 'is not set', 'Set it.');
  expect(await failure({ apiKey: () => Promise.reject(missing) })).toBe(missing);
});

test('a whole script can be played through the real adapter', async () => {
  api.plays([
    { content: [{ type: 'tool_use', name: 'look', input: {} }] },
    { fail: 'unavailable' },
    { content: [{ type: 'text', text: 'Done.' }] },
  ]);
  const first = await model().decide(ask());
  expect(first.content).toEqual([{ type: 'tool_use', id: 'toolu_1_1', name: 'look', input: {} }]);
  const second = await model().decide(ask({ role: 'assistant', content: first.content }, result('toolu_1_1')));
  expect(second).toMatchObject({ content: [{ text: 'Done.' }], model: 'claude-sonnet-4-6' });
  expect(second.usage.cacheReadTokens).toBeGreaterThan(0);
});
