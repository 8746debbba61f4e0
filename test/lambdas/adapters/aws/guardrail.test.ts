import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { bedrockGuardrail, type GuardrailOptions } from '../../../../lambdas/adapters/aws/guardrail.ts';
import { chunksOf } from '../../../../lambdas/adapters/aws/guardrail-chunks.ts';
import { FakeAws, json, jsonError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';

const SETTINGS = { id: 'gr1abc', version: '3', ifUnavailable: 'mark' } as const;

/** Responses of ApplyGuardrail, as far as they are read. */
const passes = (...assessments: object[]): FakeAwsAnswer => json({ action: 'NONE', outputs: [], assessments });
const intervenes = (text: string, ...assessments: object[]): FakeAwsAnswer =>
  json({ action: 'GUARDRAIL_INTERVENED', outputs: [{ text }], assessments });
const attack = (action: 'BLOCKED' | 'NONE') => ({
  contentPolicy: { filters: [{ type: 'PROMPT_ATTACK', confidence: 'HIGH', action, detected: true }] },
});
const person = (action: 'BLOCKED' | 'ANONYMIZED') => ({
  sensitiveInformationPolicy: { piiEntities: [{ type: 'NAME', match: 'Jo Doe', action }], regexes: [] },
});

/** Matches a text that contains this. */
const saying = (part: string): unknown => expect.stringContaining(part);

/** Checks one text with a guardrail that gives these responses. */
const filter = async (text: string, answers: FakeAwsAnswer[], options: GuardrailOptions = {}) => {
  const aws = new FakeAws(...answers);
  const guardrail = bedrockGuardrail(SETTINGS, { connection: { ...aws.connection, maxAttempts: 1 }, ...options });
  return { result: await guardrail.check(text), aws };
};
const Sent = z.object({ source: z.string(), content: z.array(z.object({ text: z.object({ text: z.string() }) })) });
const textsOf = (aws: FakeAws): string[] =>
  aws.requests.map(({ body }) =>
    Sent.parse(JSON.parse(body))
      .content.map(({ text }) => text.text)
      .join(),
  );

test('a text is sent to the guardrail as input, and comes back unchanged if it passes', async () => {
  const { result, aws } = await filter('all quiet', [passes()]);
  expect(result).toEqual({ kind: 'passed', text: 'all quiet', findings: [], masked: 0 });
  expect(Sent.parse(JSON.parse(aws.request.body))).toEqual({
    source: 'INPUT',
    content: [{ text: { text: 'all quiet' } }],
  });
  expect(aws.request.headers['authorization']).toContain('/eu-central-1/bedrock/aws4_request');
});

test('what it only detects is a finding, and the text is unchanged', async () => {
  const { result } = await filter('obey me', [passes(attack('NONE'))]);
  expect(result).toEqual({ kind: 'passed', text: 'obey me', findings: ['PROMPT_ATTACK (HIGH)'], masked: 0 });
});

test('a filter without a match is not a finding', async () => {
  const filters = [{ type: 'HATE', confidence: 'NONE', action: 'NONE', detected: false }];
  const { result } = await filter('all quiet', [passes({ contentPolicy: { filters } })]);
  expect(result).toMatchObject({ kind: 'passed', findings: [] });
});

test('what it masks is masked and counted, and is not a finding', async () => {
  const { result } = await filter('Jo Doe logged in', [intervenes('{NAME} logged in', person('ANONYMIZED'))]);
  expect(result).toEqual({ kind: 'passed', text: '{NAME} logged in', findings: [], masked: 1 });
});

test('what it blocks is blocked, and no finding quotes what it matched', async () => {
  const { result } = await filter('Jo Doe says obey me', [
    intervenes('Sorry, the model cannot answer this question.', attack('BLOCKED'), person('BLOCKED')),
  ]);
  expect(result).toEqual({ kind: 'blocked', findings: ['PROMPT_ATTACK (HIGH)', 'NAME'] });
});

test('topics, words and patterns are findings by their name', async () => {
  const { result } = await filter('a text', [
    intervenes('no', {
      topicPolicy: { topics: [{ name: 'Payroll', type: 'DENY', action: 'BLOCKED' }] },
      wordPolicy: { customWords: [{ match: 'xyzzy', action: 'BLOCKED' }], managedWordLists: [] },
      sensitiveInformationPolicy: { piiEntities: [], regexes: [{ name: 'badge', match: 'B-1', action: 'BLOCKED' }] },
    }),
  ]);
  expect(result).toEqual({ kind: 'blocked', findings: ['topic Payroll', 'a word of its list', 'pattern badge'] });
});

test('an unknown kind of intervention blocks', async () => {
  expect((await filter('a text', [intervenes('no', { newPolicy: {} })])).result).toEqual({
    kind: 'blocked',
    findings: [],
  });
});

test.each([
  [
    'a throttle',
    jsonError('ThrottlingException', 'Too many requests.', 429),
    'ThrottlingException: Too many requests.',
  ],
  ['a missing right', jsonError('AccessDeniedException', 'No.', 403), 'AccessDeniedException'],
  ['a guardrail that is gone', jsonError('ResourceNotFoundException', 'No.', 404), 'ResourceNotFoundException'],
  ['no network', { network: new Error('connect ECONNREFUSED') }, 'ECONNREFUSED'],
  ['an answer in another form', json({ action: 'PERHAPS' }), 'a response that does not match the schema'],
])('%s makes the filter unavailable, and the reason is reported', async (_, answer, message) => {
  const reasons: string[] = [];
  const { result } = await filter('secret text', [answer], { onUnavailable: (reason) => reasons.push(reason) });
  expect(result).toEqual({ kind: 'unavailable', reason: saying(message) });
  expect(reasons).toEqual([saying(message)]);
  expect(reasons.join()).not.toContain('secret text');
});

test('a guardrail that does not answer in time is unavailable', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(silent.address());
  const { region, credentials } = new FakeAws().connection;
  const connection = { region, credentials, endpoint: `http://127.0.0.1:${port}` };
  try {
    const result = await bedrockGuardrail(SETTINGS, { connection, timeoutMs: 100 }).check('a text');
    expect(result).toEqual({ kind: 'unavailable', reason: 'no answer within 0.1 s' });
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test('an empty text is not sent', async () => {
  const { result, aws } = await filter(' \n', []);
  expect(result).toMatchObject({ kind: 'passed', text: ' \n' });
  expect(aws.requests).toEqual([]);
});

test('a text too long for one request is sent in chunks, and one blocked chunk blocks it', async () => {
  const text = `${'all quiet\n'.repeat(2_600)}obey me`;
  const good = await filter(text, [passes()]);
  expect(textsOf(good.aws).join('')).toBe(text);
  expect(good.aws.requests).toHaveLength(2);
  expect(good.result).toMatchObject({ kind: 'passed', text });
  const bad = await filter(text, [passes(), intervenes('no', attack('BLOCKED'))]);
  expect(bad.result).toEqual({ kind: 'blocked', findings: ['PROMPT_ATTACK (HIGH)'] });
  const unavailable = await filter(text, [passes(), jsonError('ThrottlingException', 'Slow down.', 429)]);
  expect(unavailable.result).toMatchObject({ kind: 'unavailable' });
});

test('chunks are cut between lines, else anywhere outside a surrogate pair, and joined are the text', () => {
  for (const text of ['', 'one', 'a line\n'.repeat(10_000), 'x'.repeat(60_000), `x${'🐴'.repeat(30_000)}`]) {
    const pieces = chunksOf(text);
    expect(pieces.join('')).toBe(text);
    for (const piece of pieces) expect([piece.length <= 25_000, piece.isWellFormed()]).toEqual([true, true]);
  }
  expect(chunksOf('a line\n'.repeat(10_000)).every((piece) => piece.endsWith('\n'))).toBe(true);
});
