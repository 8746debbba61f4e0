import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { isTraceEvent } from '../../lambdas/contracts/events.ts';
import { startLedger, type LedgerServer } from '../../local/ledger-server.ts';
import { OperatorAws } from '../fakes/operator-aws.ts';
import { appFolder, REPOSITORY, runCli, type Ran } from './cli.ts';

const TRACE = join(REPOSITORY, 'test/fixtures/traces/undersized-instance/trace.jsonl');
const EVENT = join(REPOSITORY, 'scenarios/undersized-instance/event.json');
const ASKED = join(REPOSITORY, 'scenarios/ask-checkout-slow');
const START_ARN = 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow:live';

const folder = appFolder('ask');
const checkrein = (...args: string[]): Promise<Ran> => runCli(folder, ...args);
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return name;
};

let ledger: LedgerServer;
let aws: OperatorAws;
beforeAll(async () => {
  ledger = await startLedger();
});
afterAll(async () => {
  await ledger.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  aws = await OperatorAws.start();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', ledger.endpoint);
  aws.outputs = {
    SwitchParameter: '/Checkrein/kill-switch',
    LedgerTable: ledger.table,
    FlowArn: START_ARN.replace(':live', ''),
    StartArn: START_ARN,
    ApproversTopic: 'arn:aws:sns:eu-west-1:123456789012:approvers',
    ApprovalPage: 'https://page.example.com/',
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

const Input = z.object({ event: z.looseObject({ id: z.string(), detail: z.looseObject({}) }) });
const startedEvent = () => Input.parse(JSON.parse(aws.started[0]?.input ?? 'null')).event;

/** Writes a recorded trace into the ledger under the name of the execution that is started. */
const recordTrace = (): void => {
  aws.onStart = async ({ name }) => {
    for (const line of readFileSync(TRACE, 'utf8').trimEnd().split('\n')) {
      const event: unknown = JSON.parse(line);
      if (isTraceEvent(event)) await ledger.ledger.append({ ...event, incident: name });
    }
  };
};

describe('checkrein ask, of a deployed stack', () => {
  test('starts the flow with the question, in the name of the session, and says how to follow it', async () => {
    const ran = await checkrein('ask', 'why is checkout slow?');
    expect([ran.code, ran.err]).toEqual([0, '']);
    const [{ stateMachineArn, name } = { stateMachineArn: '', name: '' }] = aws.started;
    expect(stateMachineArn).toBe(START_ARN);
    expect(startedEvent()).toMatchObject({
      source: 'checkrein.ask',
      'detail-type': 'Question',
      account: '123456789012',
      region: 'eu-west-1',
      detail: { question: 'why is checkout slow?', askedBy: 'ana@example.com' },
    });
    expect(ran.out).toContain('Asked as ana@example.com, which is recorded as a claim. Agent questions takes it.');
    expect(ran.out).toContain(`npx checkrein trace get ${name} --out trace.jsonl`);
  });

  test('--agent and --as are in the event, --account and --region are what it is about, and --json is one object', async () => {
    const ran = await checkrein(
      ...['ask', 'why?', '--agent', 'triage', '--as', 'jonas', '--account', '123456789012', '--region', 'eu-west-1'],
      '--json',
    );
    expect(startedEvent().detail).toEqual({
      question: 'why?',
      askedBy: 'jonas',
      agent: 'triage',
      location: { account: '123456789012', region: 'eu-west-1' },
    });
    expect(JSON.parse(ran.out)).toMatchObject({ agent: 'triage', askedBy: 'jonas', incident: aws.started[0]?.name });
  });

  test.each([
    [
      'an unknown agent',
      ['why?', '--agent', 'triagge'],
      'did you mean "triage"? known: build-failure, questions, triage',
    ],
    ['an agent that changes things', ['why?', '--agent', 'ec2-responder'], 'questions.allowChanges'],
    ['a question of 20,000 characters', ['x'.repeat(20_000)], 'may have 4000 characters and has 20000'],
    ['an empty question', [' '], 'expected: a question of 1 to 4000 characters'],
    [
      'an account that is not an id',
      ['why?', '--account', '12345'],
      '--account: this value cannot be used\n  expected: a 12-digit account id',
    ],
    ['an empty name', ['why?', '--as', ''], '--as: this value cannot be used\n  expected: a name'],
    ['an account out of reach', ['why?', '--account', '999999999999'], 'no member in the settings (`members`)'],
    ['--model without --world', ['why?', '--model', 'anthropic'], '--model: given without --world'],
  ])('%s starts nothing and is answered in words', async (_, args, words) => {
    const ran = await checkrein('ask', ...args);
    expect([ran.code, ran.out, aws.started]).toEqual([2, '', []]);
    expect(ran.err).toContain(words);
  });

  test('who may not start the flow reads which permission is missing', async () => {
    aws.refusals.set('StartExecution', { code: 'AccessDeniedException', message: 'not authorized' });
    const ran = await checkrein('ask', 'why?');
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toContain(`states:StartExecution of ${START_ARN} failed. AccessDeniedException`);
  });

  test('a stack that is not there is said to be missing', async () => {
    aws.outputs = undefined;
    const ran = await checkrein('ask', 'why?', '--stack', 'Elsewhere');
    expect([ran.code, ran.err.includes('there is no stack Elsewhere')]).toEqual([2, true]);
  });

  test('--wait prints the report once the incident is closed', async () => {
    recordTrace();
    const ran = await checkrein('ask', 'why?', '--wait');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/^# healed:/m);
    expect(aws.calls).toContain('DescribeExecution');
  });

  test('--wait says so if the question joined an incident that was open', async () => {
    aws.described = () => ({ status: 'SUCCEEDED', output: JSON.stringify({ incidentId: 'ask-earlier' }) });
    const ran = await checkrein('ask', 'why?', '--wait');
    expect([ran.code, ran.out.includes('It joined the incident ask-earlier')]).toEqual([0, true]);
  });

  test('--wait fails in words if the execution does', async () => {
    aws.described = () => ({ status: 'TIMED_OUT' });
    const ran = await checkrein('ask', 'why?', '--wait');
    expect([ran.code, ran.err.includes('ended as TIMED_OUT')]).toEqual([1, true]);
  });
});

describe('checkrein ask --world', () => {
  const world = ['--world', join(ASKED, 'world.yaml')];

  test('plays the question on this machine', { timeout: 60_000 }, async () => {
    const ran = await checkrein('ask', 'why is checkout slow?', ...world, '--out', 'played', '--json');
    expect([ran.code, aws.calls]).toEqual([0, []]);
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'diagnosed', agent: 'questions' });
  });

  test.each([
    ['an unknown agent', ['--agent', 'nobody'], 'There is no agent "nobody"'],
    ['--wait', ['--wait'], '--wait: given with --world'],
  ])('%s is refused before anything runs', async (_, args, words) => {
    const ran = await checkrein('ask', 'why?', ...world, ...args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(words);
  });
});

describe('checkrein event', () => {
  const recorded = Input.shape.event.parse(JSON.parse(readFileSync(EVENT, 'utf8')));

  test('starts the flow under a fresh id, and says by which way and who takes it', async () => {
    const ran = await checkrein('event', EVENT);
    expect([ran.code, ran.err]).toEqual([0, '']);
    const { id, ...event } = startedEvent();
    expect({ id: recorded.id, ...event }).toEqual(recorded);
    expect(id).not.toBe(recorded.id);
    expect(ran.out).toContain(`Started the execution ${aws.started[0]?.name ?? ''} of ${START_ARN}`);
    expect(ran.out).toContain('no rule was asked. Agent ec2-responder takes it.');
  });

  test('--keep-id keeps the id of the event', async () => {
    await checkrein('event', EVENT, '--keep-id');
    expect(startedEvent().id).toBe(recorded.id);
  });

  const event = readFileSync(EVENT, 'utf8');
  const oneLine = JSON.stringify(JSON.parse(event));
  test.each([
    ['a trace', readFileSync(TRACE, 'utf8'), 'this is the trace of incident'],
    ['a list', `[${event}]`, 'this is a list of 1'],
    ['several lines', `${oneLine}\n${oneLine}\n`, 'these are several values, one a line'],
    ['an SNS message', '{"Type":"Notification","TopicArn":"arn:x","Message":"{}"}', 'this is a message of SNS'],
    ['what a function gets from SNS', '{"Records":[{"Sns":{}}]}', 'this is a message of SNS'],
    ['what a function gets from an alarm', '{"alarmArn":"arn:x","alarmData":{}}', 'sends to a function as its action'],
    ['no JSON', 'ALARM', 'this is not JSON'],
    ['an event without an id', oneLine.replace(recorded.id, ''), ': id'],
    [
      'another type',
      oneLine.replace('CloudWatch Alarm State Change', 'Other'),
      'expected: an event that an agent in config/agents/',
    ],
    ['an OK', event.replace(/"value": "ALARM"/, '"value": "OK"'), 'only ALARM opens an incident'],
    ['an event of another account', event.replaceAll('123456789012', '999999999999'), 'The event is not from here'],
    [
      'an event that is too long',
      JSON.stringify({ ...recorded, detail: { ...recorded.detail, more: 'x'.repeat(300_000) } }),
      'at most 262144',
    ],
  ])('%s starts nothing and is answered in words', async (_, content, words) => {
    const ran = await checkrein('event', file('some.json', content));
    expect([ran.code, ran.out, aws.started]).toEqual([2, '', []]);
    expect(ran.err).toContain(words);
  });
});
