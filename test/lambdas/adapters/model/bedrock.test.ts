import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bedrockModel, type BedrockOptions } from '../../../../lambdas/adapters/model/bedrock.ts';
import { BedrockApi, bedrockError, throttled } from '../../../fakes/bedrock-api.ts';
import * as fake from '../../../fakes/messages-api.ts';
import { like } from '../../../fixtures/matchers.ts';
import { modelRequest, failureOf, HELLO, results } from './requests.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-to-be-seen', sessionToken: 'session' };

let api: BedrockApi;
beforeEach(async () => (api = await BedrockApi.start()));
afterEach(() => api.stop());

const model = (options: Partial<BedrockOptions> = {}) => {
  const connection = { region: 'eu-west-1', credentials, endpoint: api.url };
  return bedrockModel({ geography: 'eu', connection, timeoutMs: 2_000, maxRetries: 1, ...options });
};

/** The error that a turn ends with. */
const failure = (options: Partial<BedrockOptions> = {}, request = modelRequest()) =>
  failureOf(model(options).decide(request), ...Object.values(credentials));

test('a response becomes a turn, and tool calls and results are sent back', async () => {
  const usage = { inputTokens: 3, outputTokens: 40, cacheWriteTokens: 500, cacheReadTokens: 6000 };
  const content = [
    { type: 'text' as const, text: 'I look.' },
    { type: 'tool_use' as const, id: 'toolu_bdrk_1', name: 'look', input: {} },
    { type: 'tool_use' as const, id: 'toolu_bdrk_2', name: 'look', input: {} },
  ];
  api.replies(fake.message(content, 'tool_use', usage), HELLO);
  const bedrock = model();
  const turn = await bedrock.decide(modelRequest());
  expect(turn).toEqual({ content, stopReason: 'tool_use', usage, model: 'claude-sonnet-4-6' });
  await bedrock.decide(
    modelRequest({ role: 'assistant', content: turn.content }, results('toolu_bdrk_1', 'toolu_bdrk_2')),
  );
  expect(api.invocations[1]?.body.messages.slice(1)).toMatchObject([
    { role: 'assistant', content },
    { role: 'user', content: [{ tool_use_id: 'toolu_bdrk_1' }, { tool_use_id: 'toolu_bdrk_2' }] },
  ]);
});

test('the request is signed, and has the inference profile of the geography and the version that all models accept', async () => {
  api.replies(HELLO, HELLO);
  await model().decide(modelRequest());
  await model({ geography: 'global' }).decide({ ...modelRequest(), model: 'claude-haiku-4-5' });
  expect(api.invocations.map(({ modelId }) => modelId)).toEqual([
    'eu.anthropic.claude-sonnet-4-6',
    'global.anthropic.claude-haiku-4-5-20251001-v1:0',
  ]);
  const [first] = api.invocations;
  expect(first?.headers.authorization).toContain('/eu-west-1/bedrock/aws4_request');
  expect(first?.headers['x-amz-security-token']).toBe('session');
  expect(first?.body).toMatchObject({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 1000,
    system: [{ text: 'You investigate.', cache_control: { type: 'ephemeral' } }],
    tools: [{ name: 'look', input_schema: { type: 'object' } }],
  });
  expect(first?.body).not.toHaveProperty('tool_choice');
});

test('a Region in the settings overrides that of the function', async () => {
  api.replies(HELLO);
  await model({ region: 'eu-central-1' }).decide(modelRequest());
  expect(api.invocations[0]?.headers.authorization).toContain('/eu-central-1/bedrock/aws4_request');
});

describe('a transient error is ModelUnavailable', () => {
  test('a throttle is waited out, and one that outlives the retries has the code and request id', async () => {
    api.replies(throttled, HELLO);
    expect(await model().decide(modelRequest())).toMatchObject({ content: [{ text: 'Hello.' }] });
    api.replies(throttled, throttled);
    expect(await failure()).toMatchObject({
      name: 'ModelUnavailable',
      message: like(
        'Amazon Bedrock in eu-west-1: ThrottlingException: Too many tokens, please wait. (request req-fake)',
      ),
      advice: like('quotas'),
    });
    expect(api.invocations).toHaveLength(4);
  });

  test.each([
    [408, 'ModelTimeoutException'],
    [424, 'ModelErrorException'],
    [429, 'ModelNotReadyException'],
    [400, 'ServiceQuotaExceededException'],
    [500, 'InternalServerException'],
    [503, 'ServiceUnavailableException'],
  ])('%d %s', async (status, code) => {
    api.replies(bedrockError(status, code, 'Not now.'));
    expect(await failure({ maxRetries: 0 })).toMatchObject({ name: 'ModelUnavailable', message: like(code) });
  });
});

describe('what a person has to fix is Misconfigured', () => {
  test('no access to the model: the advice says where it is granted', async () => {
    api.replies(
      bedrockError(403, 'AccessDeniedException', "You don't have access to the model with the specified model ID."),
    );
    expect(await failure()).toMatchObject({
      name: 'Misconfigured',
      message: like("denied access to eu.anthropic.claude-sonnet-4-6: AccessDeniedException: You don't have access"),
      advice: like('aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions'),
    });
    expect(api.invocations).toHaveLength(1);
  });

  test.each([
    [400, 'ValidationException', 'The provided model identifier is invalid.'],
    [400, 'ValidationException', "Invocation of model ID x with on-demand throughput isn't supported."],
    [404, 'ResourceNotFoundException', 'This model version has reached the end of its life.'],
  ])(
    'a model that is not there (%d %s %s): the agent, the geography and the Region are named',
    async (status, code, message) => {
      api.replies(bedrockError(status, code, message));
      expect(await failure()).toMatchObject({
        name: 'Misconfigured',
        message: like('in eu-west-1 does not serve the model "claude-sonnet-4-6" as eu.anthropic.claude-sonnet-4-6'),
        advice: like(/agent's `model`.*`model\.geography`/),
      });
    },
  );

  test('a model without a Bedrock id is not invoked: the error says which line to add where', async () => {
    const error = await failure({}, { ...modelRequest(), model: 'claude-next' });
    expect(error).toMatchObject({ name: 'Misconfigured', message: like("['claude-next', 'anthropic.…']") });
    expect(error.message).toContain('lambdas/contracts/bedrock.ts');
    expect(api.invocations).toHaveLength(0);
  });

  test.each(['ExpiredTokenException', 'UnrecognizedClientException'])(
    'credentials that are not taken: %s',
    async (code) => {
      api.replies(bedrockError(403, code, 'The security token included in the request is invalid.'));
      expect(await failure({ maxRetries: 0 })).toMatchObject({ name: 'Misconfigured', advice: like('AWS_PROFILE') });
    },
  );
});

test('a rejected request is ContractBroken with the service’s message, and is not retried', async () => {
  api.replies(bedrockError(400, 'ValidationException', 'max_tokens: 1000 > 10'));
  expect(await failure()).toMatchObject({
    name: 'ContractBroken',
    message: like('ValidationException: max_tokens: 1000 > 10 (request req-fake)'),
  });
  expect(api.invocations).toHaveLength(1);
});
