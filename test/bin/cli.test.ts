import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { loadScript } from '../../local/script.ts';
import { BedrockApi } from '../fakes/bedrock-api.ts';
import { MessagesApi } from '../fakes/messages-api.ts';
import { appFolder, REPOSITORY, runCli, runProcess, type Ran } from './cli.ts';

const folder = appFolder('cli');
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const scenario = join(REPOSITORY, 'scenarios/undersized-instance');
const first = ['--event', join(scenario, 'event.json'), '--world', join(scenario, 'world.yaml')];
const checkrein = (...args: string[]): Promise<Ran> => runCli(folder, ...args);

const Summary = z.object({
  incidentId: z.string(),
  outcome: z.string(),
  agent: z.string().nullable(),
  steps: z.array(z.string()),
  costUsd: z.number(),
  plans: z.array(z.object({ handle: z.string(), applied: z.boolean() })),
  approvals: z.array(z.object({ answer: z.string() })),
  paths: z.object({ trace: z.string(), report: z.string(), calls: z.string() }),
});
const Call = z.object({
  time: z.string(),
  step: z.string(),
  service: z.string(),
  command: z.string(),
  dryRun: z.boolean(),
  mutating: z.boolean(),
  outcome: z.string(),
});
const changesIn = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Call.parse(JSON.parse(line)))
    .filter((call) => call.mutating && !call.dryRun);

describe('as a process of its own', () => {
  const HEALED = join(folder, 'healed');

  // Starts a process that synthesizes and runs the flow; on a busy machine that takes its time.
  test(
    'one command takes an alarm to a healed alarm and leaves a trace that verifies',
    { timeout: 180_000 },
    async () => {
      const ran = await runProcess(folder, 'run', ...first, '--approve', 'yes', '--out', HEALED);
      expect([ran.code, ran.err]).toEqual([0, '']);
      for (const tag of ['alarm', 'evidence', 'dry run', 'approval', 'apply', 'verify', 'HEALED', 'sealed'])
        expect(ran.out).toContain(tag);
      expect(ran.out).not.toContain('\u001b[');
      const key = join(HEALED, 'seal.pub.pem');
      const verified = await runProcess(folder, 'trace', 'verify', join(HEALED, 'trace.jsonl'), '--key', key);
      expect([verified.code, verified.out.split(':')[0]]).toEqual([0, 'SOUND']);
      const shown = await checkrein('trace', 'show', join(HEALED, 'trace.jsonl'));
      expect(shown.out).toContain('HEALED');
      expect(shown.out).toMatch(/root cause \(high confidence\): "[^…]*"$/m);
      const report = readFileSync(join(HEALED, 'report.md'), 'utf8');
      expect(report).toContain('healed');
      const [, line = ''] = /^npx checkrein (trace verify .*)$/m.exec(report) ?? [];
      expect((await checkrein(...line.split(' '))).out).toMatch(/^SOUND/);
    },
  );

  test.each([
    ['--help', 0, /^Usage: checkrein/, /^$/],
    ['trace verify broken.jsonl', 1, /^BROKEN at event 0: /, /^$/],
    ['trace verify nowhere.jsonl', 2, /^$/, /^checkrein: trace nowhere\.jsonl: this file cannot be read/],
    ['fly', 2, /^$/, /unknown command/],
  ])('%s exits with %d, and writes to the right stream', async (line, code, out, err) => {
    writeFileSync(join(folder, 'broken.jsonl'), '{}\n');
    const ran = await runProcess(folder, ...line.split(' '));
    expect(ran.code).toBe(code);
    expect(ran.out).toMatch(out);
    expect(ran.err).toMatch(err);
  });
});

test('with --json there is one JSON object on standard output and nothing else', async () => {
  const ran = await checkrein('run', ...first, '--approve', 'yes', '--json', '--out', join(folder, 'json'));
  const summary = Summary.parse(JSON.parse(ran.out));
  expect(summary.outcome).toBe('healed');
  expect(summary.plans.some((plan) => plan.applied)).toBe(true);
  expect(ran.code).toBe(0);
});

test('with --approve no, no mutating call reaches the account', async () => {
  const ran = await checkrein('run', ...first, '--approve', 'no', '--json', '--out', join(folder, 'denied'));
  expect(ran.code).toBe(0);
  expect(Summary.parse(JSON.parse(ran.out)).approvals.every(({ answer }) => answer === 'deny')).toBe(true);
  expect(changesIn(join(folder, 'denied/calls.jsonl'))).toEqual([]);
});

test('the real model adapter, over HTTP, completes the first scenario', async () => {
  const api = await MessagesApi.start();
  try {
    api.plays(await loadScript(join(scenario, 'model.json')));
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-test');
    vi.stubEnv('ANTHROPIC_BASE_URL', api.baseUrl);
    const ran = await checkrein('run', ...first, '--model', 'anthropic', '--approve', 'yes', '--json');
    expect(ran.err).toBe('');
    expect(Summary.parse(JSON.parse(ran.out)).outcome).toBe('healed');
    expect(api.requests.length).toBeGreaterThan(2);
  } finally {
    await api.stop();
  }
});

/** Signs in to AWS, with Bedrock at another address. */
const signInToAws = (bedrock: string): void => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', bedrock);
};

test('the Bedrock adapter, over HTTP, completes the first scenario, at the price of the geography', async () => {
  const api = await BedrockApi.start();
  try {
    api.plays(await loadScript(join(scenario, 'model.json')));
    signInToAws(api.url);
    const costs = async (model: string): Promise<number> => {
      const ran = await checkrein('run', ...first, '--model', model, '--approve', 'yes', '--json');
      expect(ran.err).toBe('');
      const { outcome, costUsd } = Summary.parse(JSON.parse(ran.out));
      expect(outcome).toBe('healed');
      return costUsd;
    };
    const [global, eu] = [await costs('bedrock:global'), await costs('bedrock:eu')];
    expect(eu / global).toBeCloseTo(1.1, 2);
    expect(new Set(api.invocations.map(({ modelId }) => modelId))).toEqual(
      new Set(['global.anthropic.claude-sonnet-4-6', 'eu.anthropic.claude-sonnet-4-6']),
    );
  } finally {
    await api.stop();
  }
});

test.each([
  ['bedrock', 'config/deployment.ts has no geography'],
  ['bedrock:mars', '"mars" is not a Bedrock geography'],
  ['openai', 'cannot be "openai"'],
])('--model %s is bad input, and the message lists the choices', async (model, says) => {
  const ran = await checkrein('run', ...first, '--approve', 'no', '--model', model);
  expect(ran.code).toBe(2);
  expect(ran.err).toContain(says);
  expect(ran.err).toMatch(/bedrock:eu|global, us, eu/);
});

test('the agent given with --agent handles the event, whatever its pattern', async () => {
  const out = join(folder, 'triage');
  const resize = { instanceId: 'i-0a1b2c3d4e5f60718', instanceType: 'm6i.large', why: 'to see whether I may' };
  const conclusion = { summary: 's', rootCause: 'r', confidence: 'low', claims: [{ text: 'c', evidence: ['E1'] }] };
  const script = [
    [{ type: 'tool_use', name: 'resize_instance', input: resize }],
    [{ type: 'tool_use', name: 'conclude', input: conclusion }],
  ];
  writeFileSync(join(folder, 'triage.json'), JSON.stringify(script));
  const args = ['--agent', 'triage', '--model', 'scripted:triage.json', '--approve', 'no', '--json', '--out', out];
  const ran = await checkrein('run', ...first, ...args);
  expect([ran.code, ran.err]).toEqual([0, '']);
  const { agent, outcome, plans } = Summary.parse(JSON.parse(ran.out));
  // It has no change tools, so the script's change is refused and its conclusion stands without one.
  expect([agent, outcome, plans]).toEqual(['triage', 'diagnosed', []]);
  expect(changesIn(join(out, 'calls.jsonl'))).toEqual([]);
});

test('a trace of which one byte was changed, an event removed or the tail cut is broken, and says where', async () => {
  const path = join(REPOSITORY, 'test/fixtures/traces/undersized-instance/trace.jsonl');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const spoilt = {
    'byte.jsonl': lines.map((line, index) => (index === 3 ? line.replace('"seq":3', '"seq":4') : line)),
    'removed.jsonl': lines.filter((_, index) => index !== 5),
    'cut.jsonl': lines.slice(0, -1),
  };
  for (const [name, changed] of Object.entries(spoilt)) {
    writeFileSync(join(folder, name), `${changed.join('\n')}\n`);
    const ran = await checkrein('trace', 'verify', join(folder, name));
    expect([name, ran.code]).toEqual([name, 1]);
    expect(ran.out).toMatch(/^BROKEN at event \d+: /);
  }
});

const bad: readonly [promise: string, args: readonly string[], says: RegExp][] = [
  [
    'a missing event file',
    ['run', '--event', 'nowhere.json', '--world', join(scenario, 'world.yaml'), '--approve', 'no'],
    /nowhere\.json: this file cannot be read/,
  ],
  [
    'a directory in place of an event file',
    ['run', '--event', scenario, '--world', join(scenario, 'world.yaml'), '--approve', 'no'],
    /--event .*: this is a directory/,
  ],
  [
    'an event that is not JSON',
    ['run', '--event', join(scenario, 'world.yaml'), '--world', join(scenario, 'world.yaml'), '--approve', 'no'],
    /this is not JSON/,
  ],
  [
    'a JSON file that is not an event',
    ['run', '--event', join(REPOSITORY, 'package.json'), '--world', join(scenario, 'world.yaml'), '--approve', 'no'],
    /package\.json: id/,
  ],
  [
    'a world file that is not a world',
    ['run', '--event', join(scenario, 'event.json'), '--world', join(scenario, 'event.json'), '--approve', 'no'],
    /event\.json/,
  ],
  ['an unknown agent', ['run', ...first, '--approve', 'no', '--agent', 'nobody'], /no agent "nobody"/],
  [
    'an unknown model',
    ['run', ...first, '--approve', 'no', '--model', 'gpt'],
    /scripted:FILE, anthropic, or bedrock:GEOGRAPHY/,
  ],
  [
    'a script that is not there',
    ['run', ...first, '--approve', 'no', '--model', 'scripted:nowhere.json'],
    /nowhere\.json/,
  ],
  ['a question without a terminal', ['run', ...first], /--approve ask: .* are not a terminal, so nobody can be asked/],
  ['an unknown answer', ['run', ...first, '--approve', 'maybe'], /ask, yes, no/],
  ['a missing option', ['run'], /--event/],
  ['a switch set back on without a reason', ['switch', 'on'], /--reason: not given/],
  ['an unknown switch position', ['switch', 'maybe'], /on, propose-only, off/],
  ['a reset without a reason', ['breaker', 'reset', 'arn:aws:ec2:x'], /--reason: not given/],
  [
    'a reset of something that is neither one target nor an agent',
    ['breaker', 'reset', 'i-0abc', '--reason', 'checked with the team'],
    /is neither one target nor an agent/,
  ],
  ['a confirmation without a link', ['subscribe', 'confirm', 'token'], /names no topic/],
  ['an unknown command', ['fly'], /unknown command/],
  ['a trace that is not there', ['trace', 'verify', 'nowhere.jsonl'], /nowhere\.jsonl/],
];
for (const [promise, args, says] of bad)
  test(`bad input: ${promise} is refused with exit code 2 and a sentence, without a stack trace`, async () => {
    const ran = await checkrein(...args);
    expect(ran.err).toMatch(says);
    expect(ran.err).not.toMatch(/\n\s+at /);
    expect([ran.code, ran.out]).toEqual([2, '']);
  });

test('every command has --help', async () => {
  for (const args of [
    [],
    ['run'],
    ['trace'],
    ['trace', 'show'],
    ['trace', 'verify'],
    ['trace', 'get'],
    ['incidents'],
    ['scenario'],
    ['switch'],
    ['breaker', 'reset'],
    ['subscribe', 'confirm'],
  ]) {
    const ran = await checkrein(...args, '--help');
    expect([args, ran.code]).toEqual([args, 0]);
    expect(ran.out).toContain('Usage: checkrein');
  }
});

test('an event that no agent handles is closed as unrouted', async () => {
  const event = {
    version: '0',
    id: 'e-1',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    account: '123456789012',
    time: '2026-11-20T09:26:12Z',
    region: 'eu-west-1',
    resources: [],
    detail: {},
  };
  writeFileSync(join(folder, 'other.json'), JSON.stringify(event));
  const world = join(scenario, 'world.yaml');
  const ran = await checkrein('run', '--event', 'other.json', '--world', world, '--approve', 'no', '--json');
  expect([ran.code, Summary.parse(JSON.parse(ran.out)).outcome]).toEqual([0, 'unrouted']);
});
