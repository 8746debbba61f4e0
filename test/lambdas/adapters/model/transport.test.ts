import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anthropicModel } from '../../../../lambdas/adapters/model/anthropic.ts';
import { bedrockModel } from '../../../../lambdas/adapters/model/bedrock.ts';
import { BedrockApi } from '../../../fakes/bedrock-api.ts';
import * as fake from '../../../fakes/messages-api.ts';
import { like } from '../../../fixtures/matchers.ts';
import { modelRequest, failureOf, HELLO, results } from './requests.ts';

const PATIENCE = { timeoutMs: 2_000, maxRetries: 1 };
const KEY = 'sk-ant-test-0123456789';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-to-be-seen', sessionToken: 'session' };

const messagesApi = async () => {
  const api = await fake.MessagesApi.start();
  const model = (options = {}, baseUrl = api.baseUrl) =>
    anthropicModel({ apiKey: async () => KEY, baseUrl, ...PATIENCE, ...options });
  return { api, model, calls: () => api.requests.length };
};
const bedrock = async () => {
  const api = await BedrockApi.start();
  const model = (options = {}, endpoint = api.url) =>
    bedrockModel({
      geography: 'eu',
      connection: { region: 'eu-west-1', credentials, endpoint },
      ...PATIENCE,
      ...options,
    });
  return { api, model, calls: () => api.invocations.length };
};

describe.each([
  ['the Messages API', messagesApi],
  ['Amazon Bedrock', bedrock],
])('%s', (_, start) => {
  let service: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    service = await start();
  });
  afterEach(() => service.api.stop());

  const decide = (options = {}) => service.model(options).decide(modelRequest());
  const failure = (options = {}, url?: string) =>
    failureOf(service.model(options, url).decide(modelRequest()), KEY, ...Object.values(credentials));
  const GREETING = { content: [{ text: 'Hello.' }] };
  const unavailable = (message = '') => ({ name: 'ModelUnavailable', message: like(message) });

  test('a connection that is cut is tried again, and is ModelUnavailable in the end', async () => {
    service.api.replies(fake.cut, HELLO);
    expect(await decide()).toMatchObject(GREETING);
    service.api.replies(fake.cut, fake.cut);
    expect(await failure()).toMatchObject(unavailable());
  });

  test('a slow answer times out, is tried again, and is ModelUnavailable in the end', async () => {
    service.api.replies(fake.slow(1_000, HELLO), HELLO);
    expect(await decide({ timeoutMs: 150 })).toMatchObject(GREETING);
    service.api.replies(fake.slow(1_000, HELLO), fake.slow(1_000, HELLO));
    expect(await failure({ timeoutMs: 150 })).toMatchObject({
      name: 'ModelUnavailable',
      message: like(/timed? ?out/i),
    });
    expect(service.calls()).toBe(4);
  });

  test.each([
    ['that is cut in the middle', fake.cutMidBody, ''],
    ['that is not JSON', fake.body('{"id": "msg_'), 'JSON'],
    ['that stalls in the middle', fake.stalledMidBody, 'within 0.3 s'],
  ])(
    'a response %s is ModelUnavailable, at the time limit of the turn at the latest',
    async (_what, reply, message) => {
      service.api.replies(reply);
      expect(await failure({ totalMs: 300, maxRetries: 0 })).toMatchObject(unavailable(message));
    },
  );

  test('a service that cannot be reached at all is ModelUnavailable, and the message says why', async () => {
    const error = await failure({ maxRetries: 0 }, 'http://127.0.0.1:1');
    expect(error).toMatchObject({ name: 'ModelUnavailable', message: like(/ECONNREFUSED|bad port/) });
  });

  test('a response without usage is an error, because its cost would be unknown', async () => {
    service.api.replies(fake.body({ model: 'm', content: [], stop_reason: 'end_turn' }));
    expect(await failure()).toMatchObject({
      name: 'ContractBroken',
      message: like(/returned a response that is not a Messages API message.*at usage/s),
    });
  });

  test('a whole script can be played through the real adapter', async () => {
    service.api.plays([
      { content: [{ type: 'tool_use', name: 'look', input: {} }] },
      { content: [{ type: 'text', text: 'Done.' }] },
    ]);
    const model = service.model();
    const first = await model.decide(modelRequest());
    expect(first.content).toEqual([{ type: 'tool_use', id: 'toolu_1_1', name: 'look', input: {} }]);
    const second = await model.decide(
      modelRequest({ role: 'assistant', content: first.content }, results('toolu_1_1')),
    );
    expect(second).toMatchObject({ content: [{ text: 'Done.' }], model: 'claude-sonnet-4-6' });
    expect(second.usage.cacheReadTokens).toBeGreaterThan(0);
  });
});
