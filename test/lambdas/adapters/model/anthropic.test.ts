import { afterEach, beforeEach, expect, test } from 'vitest';
import { anthropicModel, type AnthropicOptions } from '../../../../lambdas/adapters/model/anthropic.ts';
import type { Message } from '../../../../lambdas/contracts/model.ts';
import { InputError } from '../../../../lambdas/contracts/errors.ts';
import * as fake from '../../../fakes/messages-api.ts';
import { like } from '../../../fixtures/matchers.ts';
import { modelRequest, called, failureOf, HELLO, results, TASK } from './requests.ts';

const KEY = 'sk-ant-test-0123456789';

let api: fake.MessagesApi;
beforeEach(async () => (api = await fake.MessagesApi.start()));
afterEach(() => api.stop());

const model = (options: Partial<AnthropicOptions> = {}) =>
  anthropicModel({ apiKey: async () => KEY, baseUrl: api.baseUrl, timeoutMs: 2_000, maxRetries: 1, ...options });

/** The error that a turn ends with. */
const failure = (options: Partial<AnthropicOptions> = {}) => failureOf(model(options).decide(modelRequest()), KEY);

test('an answer becomes a turn with its blocks, stop reason, model and all four counts of tokens', async () => {
  const usage = { inputTokens: 3, outputTokens: 40, cacheWriteTokens: 500, cacheReadTokens: 6000 };
  const content = [
    { type: 'thinking' as const, thinking: 'Hm.', signature: 'c2ln' },
    { type: 'text' as const, text: 'I look.', citations: null },
    { type: 'tool_use' as const, id: 'toolu_1', name: 'look', input: {}, caller: { type: 'direct' } },
    { type: 'tool_use' as const, id: 'toolu_2', name: 'look', input: {} },
  ];
  api.replies(fake.message(content, 'tool_use', usage));
  expect(await model().decide(modelRequest())).toEqual({
    content,
    stopReason: 'tool_use',
    usage,
    model: 'claude-sonnet-4-6',
  });
});

test('the request goes to the base URL, below its path, with the key as a bearer token', async () => {
  api.replies(HELLO);
  await model({ baseUrl: `${api.baseUrl}/gateway/` }).decide(modelRequest());
  expect(api.requests[0]?.headers).toMatchObject({ host: new URL(api.baseUrl).host, authorization: `Bearer ${KEY}` });
});

test('tools are sent with their schema, and the model may call several at once or none', async () => {
  api.replies(HELLO);
  await model().decide(modelRequest());
  expect(api.requests[0]?.body).toMatchObject({
    model: 'claude-sonnet-4-6',
    max_tokens: 1000,
    tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: {} } }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: false },
  });
});

test('the cache keeps the system text with the tools, and the conversation up to its two newest user messages', async () => {
  api.replies(HELLO);
  await model().decide(modelRequest(called('toolu_1'), results('toolu_1'), called('toolu_2'), results('toolu_2')));
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
  await model().decide(modelRequest(called('toolu_1', 'toolu_2'), results('toolu_1', 'toolu_2')));
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
  await model().decide(modelRequest(called('toolu_1'), mixed));
  expect(api.requests[0]?.body.messages[2]?.content).toMatchObject([
    { type: 'tool_result', tool_use_id: 'toolu_1', content: 'refused', is_error: true },
    { type: 'text', text: 'A colleague denied it.' },
  ]);
});

test('tool input that is not an object reaches the harness, and the API accepts the next turn', async () => {
  api.replies(fake.message([{ type: 'tool_use', id: 'toolu_1', name: 'look', input: 'i-1' }], 'tool_use'), HELLO);
  const turn = await model().decide(modelRequest());
  expect(turn.content).toEqual([{ type: 'tool_use', id: 'toolu_1', name: 'look', input: 'i-1' }]);
  await model().decide(modelRequest({ role: 'assistant', content: turn.content }, results('toolu_1')));
  expect(api.requests[1]?.body.messages[1]?.content).toMatchObject([{ id: 'toolu_1', input: { notAnObject: 'i-1' } }]);
});

test('after a turn with empty text the API accepts the next one', async () => {
  api.replies(HELLO, HELLO);
  await model().decide(modelRequest({ role: 'assistant', content: [{ type: 'text', text: ' ' }] }, TASK));
  await model().decide(modelRequest({ role: 'assistant', content: [] }, TASK));
  for (const { body } of api.requests)
    expect(body.messages[1]?.content).toEqual([{ type: 'text', text: '(no answer)' }]);
});

test('thinking blocks are sent back unchanged', async () => {
  api.replies(HELLO);
  const thinking = { type: 'thinking' as const, thinking: 'Hm.', signature: 'c2ln' };
  const hidden = { type: 'redacted_thinking' as const, data: 'Zm9v' };
  await model().decide(
    modelRequest({ role: 'assistant', content: [thinking, hidden, { type: 'text', text: 'So.' }] }, TASK),
  );
  expect(api.requests[0]?.body.messages[1]?.content).toEqual([thinking, hidden, { type: 'text', text: 'So.' }]);
});

test.each(['max_tokens', 'refusal'])('an answer that ends with %s is a turn, not an error', async (stopReason) => {
  api.replies(fake.message([], stopReason));
  expect(await model().decide(modelRequest())).toMatchObject({ content: [], stopReason });
});

test('a rate limit is waited out for as long as the service says', async () => {
  api.replies(fake.rateLimited(1), HELLO);
  const started = performance.now();
  await model().decide(modelRequest());
  expect(performance.now() - started).toBeGreaterThanOrEqual(990);
});

test('a rate limit that outlives the retries is ModelUnavailable, with type and request id', async () => {
  api.replies(fake.rateLimited(0.01), fake.rateLimited(0.01));
  expect(await failure()).toMatchObject({
    name: 'ModelUnavailable',
    message: like(/429 rate_limit_error: This request would exceed your rate limit\. \(request req_fake\)$/),
    cause: { status: 429, type: 'rate_limit_error', requestId: 'req_fake' },
  });
  expect(api.requests).toHaveLength(2);
});

test('a rate limit that would outlive the function ends at the time limit of the turn', async () => {
  api.replies(fake.rateLimited(3600));
  expect(await failure({ totalMs: 300 })).toMatchObject({
    name: 'ModelUnavailable',
    message: like('gave no complete response within 0.3 s, retries included'),
  });
});

test('an overloaded service is tried again', async () => {
  api.replies(fake.overloaded, HELLO);
  expect(await model().decide(modelRequest())).toMatchObject({ content: [{ text: 'Hello.' }] });
});

test.each([500, 502, 503, 504, 529, 408, 409])('a %d that outlives the retries is ModelUnavailable', async (status) => {
  api.replies(fake.apiError(status, 'api_error', 'Down.'));
  const error = await failure({ maxRetries: 0 });
  expect(error).toMatchObject({ name: 'ModelUnavailable', cause: { status } });
});

test('a response without usage comes with the advice to look at the gateway', async () => {
  api.replies(fake.body({ model: 'm', content: [], stop_reason: 'end_turn' }));
  expect(await failure()).toMatchObject({ advice: like('gateway') });
});

test('a response without cache counts used no cache', async () => {
  const usage = { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: null };
  api.replies(fake.body({ model: 'm', content: [], stop_reason: 'end_turn', usage }));
  const turn = await model().decide(modelRequest());
  expect(turn.usage).toEqual({ inputTokens: 3, outputTokens: 4, cacheWriteTokens: 0, cacheReadTokens: 0 });
});

test('an unknown kind of block is an error, not dropped silently', async () => {
  const usage = { input_tokens: 3, output_tokens: 4 };
  const content = [{ type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} }];
  api.replies(fake.body({ model: 'm', content, stop_reason: 'end_turn', usage }));
  expect(await failure()).toMatchObject({ name: 'ContractBroken', message: like('content[0]') });
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

test.each([
  ['a key without permission', 403, 'permission_error', 'Not for your workspace.', 'Not for your workspace.'],
  ['an account with a billing problem', 402, 'billing_error', 'No credit.', 'has a billing problem'],
  ['a model that does not exist', 404, 'not_found_error', 'model: x', 'has no model "claude-sonnet-4-6"'],
])('%s is Misconfigured, not a bug', async (_what, status, type, text, message) => {
  api.replies(fake.apiError(status, type, text));
  expect(await failure()).toMatchObject({ name: 'Misconfigured', message: like(message) });
});

test("a request that the API rejects is ContractBroken with the API's own message, and is not retried", async () => {
  api.replies(fake.apiError(400, 'invalid_request_error', 'max_tokens: 1000 > 10'));
  expect(await failure()).toMatchObject({
    name: 'ContractBroken',
    message: like('400 invalid_request_error: max_tokens: 1000 > 10 (request req_fake)'),
  });
  expect(api.requests).toHaveLength(1);
});

test('a gateway that echoes the key does not get it into our errors', async () => {
  api.replies(fake.apiError(403, 'permission_error', `Key ${KEY} is not allowed.`));
  expect((await failure()).message).toContain('Key [key] is not allowed.');
});

test('a key saved with a trailing newline works', async () => {
  api.replies(HELLO);
  await model({ apiKey: async () => `${KEY}\n` }).decide(modelRequest());
  expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
});

test.each([
  ['an empty one', ' '],
  ['one of two lines', `${KEY}\n${KEY}`],
  ['one with a stray character', `${KEY}…`],
])('an invalid key is refused before any call and not quoted: %s', async (_, key) => {
  const error = await failure({ apiKey: async () => key });
  expect(error).toMatchObject({ name: 'Misconfigured', message: like('that an API key cannot have') });
  expect(api.requests).toHaveLength(0);
});

test('an error while reading the key passes through', async () => {
  const missing = new InputError('ANTHROPIC_API_KEY', 'is not set', 'Set it.');
  expect(await failure({ apiKey: () => Promise.reject(missing) })).toBe(missing);
});
