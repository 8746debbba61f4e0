import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bedrockModel, type BedrockOptions } from '../../../../lambdas/adapters/model/bedrock.ts';
import type { Message, ToolSpec } from '../../../../lambdas/contracts/model.ts';
import { CheckreinError } from '../../../../lambdas/contracts/errors.ts';
import type { ModelRequest } from '../../../../lambdas/contracts/ports.ts';
import { BedrockApi, bedrockError, throttled } from '../../../fakes/bedrock-api.ts';
import * as fake from '../../../fakes/messages-api.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-to-be-seen', sessionToken: 'session' };

let api: BedrockApi;
beforeEach(async () => (api = await BedrockApi.start()));
afterEach(() => api.stop());

const model = (options: Partial<BedrockOptions> = {}) => {
  const connection = { region: 'eu-west-1', credentials, endpoint: api.url };
  return bedrockModel({ geography: 'eu', connection, timeoutMs: 2_000, maxRetries: 1, ...options });
};

const LOOK: ToolSpec = { name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } };
const TASK: Message = { role: 'user', content: [{ type: 'text', text: 'CPU alarm on i-1.' }] };
const ask = (messages: Message[] = [], name = 'claude-sonnet-4-6'): ModelRequest => ({
  model: name,
  system: 'You investigate.',
  messages: [TASK, ...messages],
  tools: [LOOK],
  maxTokens: 1000,
});

const HELLO = fake.message([{ type: 'text', text: 'Hello.' }]);

/** A text with this in it. */
const saying = (part: string | RegExp): unknown =>
  typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part);

/** The error that a turn ends with. */
const failure = async (options: Partial<BedrockOptions> = {}, request = ask()): Promise<CheckreinError> => {
  const thrown: unknown = await model(options)
    .decide(request)
    .catch((error: unknown) => error);
  if (!(thrown instanceof CheckreinError)) expect.fail(`expected one of our own errors, got ${inspect(thrown)}`);
  const all = inspect(thrown, { depth: 10, showHidden: true });
  for (const secret of Object.values(credentials)) expect(all).not.toContain(secret);
  return thrown;
};

test('a response becomes a turn, and tool calls and results are sent back', async () => {
  const usage = { inputTokens: 3, outputTokens: 40, cacheWriteTokens: 500, cacheReadTokens: 6000 };
  const content = [
    { type: 'text' as const, text: 'I look.' },
    { type: 'tool_use' as const, id: 'toolu_bdrk_1', name: 'look', input: {} },
    { type: 'tool_use' as const, id: 'toolu_bdrk_2', name: 'look', input: {} },
  ];
  api.replies(fake.message(content, 'tool_use', usage), HELLO);
  const bedrock = model();
  const turn = await bedrock.decide(ask());
  expect(turn).toEqual({ content, stopReason: 'tool_use', usage, model: 'claude-sonnet-4-6' });
  const results = ['toolu_bdrk_1', 'toolu_bdrk_2'].map((toolUseId) => ({
    type: 'tool_result' as const,
    toolUseId,
    text: `Seen by ${toolUseId}.`,
    isError: false,
  }));
  await bedrock.decide(
    ask([
      { role: 'assistant', content: turn.content },
      { role: 'user', content: results },
    ]),
  );
  expect(api.invocations[1]?.body.messages.slice(1)).toMatchObject([
    { role: 'assistant', content },
    { role: 'user', content: [{ tool_use_id: 'toolu_bdrk_1' }, { tool_use_id: 'toolu_bdrk_2' }] },
  ]);
});

test('the request is signed, and has the inference profile of the geography and the version that all models accept', async () => {
  api.replies(HELLO, HELLO);
  await model().decide(ask());
  await model({ geography: 'global' }).decide(ask([], 'claude-haiku-4-5'));
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
  await model({ region: 'eu-central-1' }).decide(ask());
  expect(api.invocations[0]?.headers.authorization).toContain('/eu-central-1/bedrock/aws4_request');
});

describe('a transient error is ModelUnavailable', () => {
  test('a throttle is waited out, and one that outlives the retries has the code and request id', async () => {
    api.replies(throttled, HELLO);
    expect(await model().decide(ask())).toMatchObject({ content: [{ text: 'Hello.' }] });
    api.replies(throttled, throttled);
    expect(await failure()).toMatchObject({
      name: 'ModelUnavailable',
      message: saying(
        'Amazon Bedrock in eu-west-1: ThrottlingException: Too many tokens, please wait. (request req-fake)',
      ),
      advice: saying('quotas'),
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
    expect(await failure({ maxRetries: 0 })).toMatchObject({ name: 'ModelUnavailable', message: saying(code) });
  });

  test('a cut connection, a response cut in the middle, and one that is not JSON', async () => {
    api.replies(fake.cut, HELLO);
    expect(await model().decide(ask())).toMatchObject({ content: [{ text: 'Hello.' }] });
    for (const reply of [fake.cut, fake.cutMidBody, fake.body('{"id": "msg_')]) {
      api.replies(reply);
      expect(await failure({ maxRetries: 0 })).toMatchObject({ name: 'ModelUnavailable' });
    }
  });

  test('a slow answer times out, is tried again, and is given up', async () => {
    api.replies(fake.slow(1_000, HELLO), HELLO);
    expect(await model({ timeoutMs: 150 }).decide(ask())).toMatchObject({ content: [{ text: 'Hello.' }] });
    api.replies(fake.slow(1_000, HELLO), fake.slow(1_000, HELLO));
    expect(await failure({ timeoutMs: 150 })).toMatchObject({ name: 'ModelUnavailable', message: saying('Timeout') });
  });

  test('a response that stalls in the middle is given up at the time limit of the turn', async () => {
    api.replies(fake.stalledMidBody);
    const error = await failure({ totalMs: 300, maxRetries: 0 });
    expect(error).toMatchObject({ name: 'ModelUnavailable', message: saying('within 0.3 s') });
  });

  test('a service that cannot be reached', async () => {
    const connection = { region: 'eu-west-1', credentials, endpoint: 'http://127.0.0.1:1' };
    expect(await failure({ connection, maxRetries: 0 })).toMatchObject({
      name: 'ModelUnavailable',
      message: saying('ECONNREFUSED'),
    });
  });
});

describe('what a person has to fix is Misconfigured', () => {
  test('no access to the model: the advice says where it is granted', async () => {
    api.replies(
      bedrockError(403, 'AccessDeniedException', "You don't have access to the model with the specified model ID."),
    );
    expect(await failure()).toMatchObject({
      name: 'Misconfigured',
      message: saying("denied access to eu.anthropic.claude-sonnet-4-6: AccessDeniedException: You don't have access"),
      advice: saying('in the Bedrock console'),
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
        message: saying('in eu-west-1 does not serve the model "claude-sonnet-4-6" as eu.anthropic.claude-sonnet-4-6'),
        advice: saying(/agent's `model`.*`model\.geography`/),
      });
    },
  );

  test('a model without a Bedrock id is not invoked: the error says which line to add where', async () => {
    const error = await failure({}, ask([], 'claude-next'));
    expect(error).toMatchObject({ name: 'Misconfigured', message: saying("['claude-next', 'anthropic.…']") });
    expect(error.message).toContain('lambdas/contracts/bedrock.ts');
    expect(api.invocations).toHaveLength(0);
  });

  test.each(['ExpiredTokenException', 'UnrecognizedClientException'])(
    'credentials that are not taken: %s',
    async (code) => {
      api.replies(bedrockError(403, code, 'The security token included in the request is invalid.'));
      expect(await failure({ maxRetries: 0 })).toMatchObject({ name: 'Misconfigured', advice: saying('AWS_PROFILE') });
    },
  );
});

test('a rejected request is ContractBroken with the service’s message, and is not retried', async () => {
  api.replies(bedrockError(400, 'ValidationException', 'max_tokens: 1000 > 10'));
  expect(await failure()).toMatchObject({
    name: 'ContractBroken',
    message: saying('ValidationException: max_tokens: 1000 > 10 (request req-fake)'),
  });
  expect(api.invocations).toHaveLength(1);
});

test('a response without usage is an error, because its cost would be unknown', async () => {
  api.replies(fake.body({ model: 'm', content: [], stop_reason: 'end_turn' }));
  expect(await failure()).toMatchObject({
    name: 'ContractBroken',
    message: saying('Amazon Bedrock in eu-west-1 returned a response that is not a Messages API message'),
  });
});

test('a whole script can be played through the real adapter', async () => {
  api.plays([
    { content: [{ type: 'tool_use', name: 'look', input: {} }] },
    { content: [{ type: 'text', text: 'Done.' }] },
  ]);
  const bedrock = model();
  const first = await bedrock.decide(ask());
  const [block] = first.content;
  if (block?.type !== 'tool_use') expect.fail('the script calls a tool first');
  const result = { type: 'tool_result' as const, toolUseId: block.id, text: 'E1: seen', isError: false };
  const last = await bedrock.decide(
    ask([
      { role: 'assistant', content: first.content },
      { role: 'user', content: [result] },
    ]),
  );
  expect(last.content).toMatchObject([{ text: 'Done.' }]);
});
