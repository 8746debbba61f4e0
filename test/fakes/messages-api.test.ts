import { afterEach, beforeEach, expect, test } from 'vitest';
import { message, MessagesApi } from './messages-api.ts';

let api: MessagesApi;
beforeEach(async () => (api = await MessagesApi.start()));
afterEach(() => api.stop());

const user = (...content: unknown[]): unknown => ({ role: 'user', content });
const assistant = (...content: unknown[]): unknown => ({ role: 'assistant', content });
const TEXT = { type: 'text', text: 'Look.' };
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'E1: seen' };
const HEADERS = { authorization: 'Bearer key', 'anthropic-version': '2026-10-21', 'content-type': 'application/json' };

/** A text with this in it. */
const saying = (part: string): unknown => expect.stringContaining(part);

const post = async (messages: unknown[], more: object = {}, headers: Record<string, string> = HEADERS) => {
  const body = JSON.stringify({ model: 'm', max_tokens: 10, messages, ...more });
  const response = await fetch(`${api.baseUrl}/v1/messages`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.text() };
};

test('queued answers are given in order, and every request is recorded', async () => {
  api.replies(message([{ type: 'text', text: 'one' }]), message([{ type: 'text', text: 'two' }]));
  expect((await post([user(TEXT)])).body).toContain('"text":"one"');
  expect((await post([user(TEXT)])).body).toContain('"text":"two"');
  expect(api.requests.map(({ body }) => body.model)).toEqual(['m', 'm']);
});

test('an empty queue is an error that no client retries', async () => {
  expect(await post([user(TEXT)])).toMatchObject({ status: 500, body: saying('Nothing is queued') });
});

test('another path, no key and no version are refused, as by the API', async () => {
  expect((await fetch(`${api.baseUrl}/v1/models`, { headers: HEADERS })).status).toBe(404);
  expect((await post([user(TEXT)], {}, { 'anthropic-version': '2026-10-21' })).status).toBe(401);
  expect((await post([user(TEXT)], {}, { 'x-api-key': 'key' })).body).toContain(
    'anthropic-version: header is required',
  );
});

const marked = { ...TEXT, cache_control: { type: 'ephemeral' } };

test.each([
  [
    'a call that nobody answers',
    [user(TEXT), assistant(CALL), user(TEXT)],
    {},
    'tool_use ids [toolu_1] got tool_result ids []',
  ],
  ['a result that nobody asked for', [user(RESULT)], {}, 'tool_use ids [] got tool_result ids [toolu_1]'],
  [
    'a text before a result',
    [user(TEXT), assistant(CALL), user(TEXT, RESULT)],
    {},
    'tool_result blocks must come before text',
  ],
  [
    'a fifth cache breakpoint',
    [user(marked, marked, marked, marked, marked)],
    {},
    'A maximum of 4 blocks with cache_control',
  ],
  [
    'call input that is no object',
    [user(TEXT), assistant({ ...CALL, input: 'x' }), user(RESULT)],
    {},
    'Input should be a valid dictionary',
  ],
  [
    'an empty text',
    [user(TEXT), assistant({ type: 'text', text: '' }), user(TEXT)],
    {},
    'text content blocks must be non-empty',
  ],
  ['an empty message', [user()], {}, 'Too small'],
  ['a conversation that ends with the model', [user(TEXT), assistant(TEXT)], {}, 'must end with a user message'],
  [
    'a choice among no tools',
    [user(TEXT)],
    { tool_choice: { type: 'auto', disable_parallel_tool_use: false } },
    'tool_choice may only',
  ],
  ['a field that the API does not have', [user(TEXT)], { temprature: 1 }, 'temprature'],
])('%s is refused with a 400', async (_, messages, more, says) => {
  expect(await post(messages, more)).toMatchObject({ status: 400, body: saying(says) });
});

test('a script is played over HTTP as the scripted model plays it', async () => {
  api.plays([
    { fail: 'unavailable' },
    { content: [{ type: 'tool_use', name: 'look', input: {} }] },
    { content: [{ type: 'tool_use', name: 'note', input: { on: '${evidence}' } }] },
  ]);
  expect((await post([user(TEXT)])).status).toBe(529);
  const first = await post([user(TEXT)]);
  expect(JSON.parse(first.body)).toMatchObject({
    model: 'm',
    stop_reason: 'tool_use',
    content: [{ id: 'toolu_2_1', name: 'look' }],
  });
  const second = await post([user(TEXT), assistant(CALL), user(RESULT)]);
  expect(JSON.parse(second.body)).toMatchObject({ content: [{ name: 'note', input: { on: 'E1' } }] });
});

test('a script that cannot go on is an error that names the turn', async () => {
  api.plays([{ content: [{ type: 'tool_use', name: 'note', input: '${plan}' }] }]);
  expect(await post([user(TEXT)])).toMatchObject({
    status: 400,
    body: saying('turn 1: ${plan} stands'),
  });
});
