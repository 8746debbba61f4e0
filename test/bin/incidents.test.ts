import { createPublicKey } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { sinceIn } from '../../bin/operator/incidents.ts';
import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { startLedger, type LedgerServer } from '../../local/ledger-server.ts';
import { OperatorAws } from '../fakes/operator-aws.ts';
import { appFolder, REPOSITORY, runCli, type Ran } from './cli.ts';

const TRACES = join(REPOSITORY, 'test/fixtures/traces');
const HEALED = 'undersized-instance';
const IDS = {
  healed: '41f0a0a6-2b60-47f2-a6a6-79607f6619b4',
  diagnosed: '673ff874-a5fd-47ce-ae3d-6b790e2570e0',
  open: 'open-1',
} as const;

const folder = appFolder('incidents');
const checkrein = (...args: string[]): Promise<Ran> => runCli(folder, ...args);
const inFolder = (name: string): string => join(folder, name);

const fileOf = (name: string): string => readFileSync(join(TRACES, name, 'trace.jsonl'), 'utf8');
const eventsOf = (name: string): TraceEvent[] =>
  fileOf(name)
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isTraceEvent);

let ledger: LedgerServer;
let aws: OperatorAws;

const minutesAgo = (minutes: number): Date => new Date(Date.parse('2026-11-20T12:00:00Z') - minutes * 60_000);

beforeAll(async () => {
  ledger = await startLedger();
  aws = await OperatorAws.start();
  const [opening] = eventsOf(HEALED);
  const opened = opening === undefined ? [] : [{ ...opening, incident: IDS.open }];
  for (const event of [...eventsOf(HEALED), ...eventsOf('fix-does-not-help'), ...opened])
    await ledger.ledger.append(event);
});
afterAll(async () => {
  await ledger.stop();
  await aws.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', ledger.endpoint);
  aws.calls.length = 0;
  aws.refusals.clear();
  aws.descriptions = {};
  aws.publicKey = readFileSync(join(TRACES, HEALED, 'seal.pub.pem'), 'utf8');
  aws.outputs = {
    SwitchParameter: '/Checkrein/kill-switch',
    LedgerTable: ledger.table,
    SealKey: 'arn:aws:kms:eu-west-1:123456789012:key/seal',
    FlowArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow',
    StartArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow:live',
    ApproversTopic: 'arn:aws:sns:eu-west-1:123456789012:approvers',
    ApprovalPage: 'https://page.example.com/',
  };
  aws.executions = [
    { name: IDS.open, status: 'RUNNING', startDate: minutesAgo(5) },
    { name: 'copy-1', status: 'SUCCEEDED', startDate: minutesAgo(6) },
    { name: IDS.diagnosed, status: 'SUCCEEDED', startDate: minutesAgo(60) },
    { name: IDS.healed, status: 'SUCCEEDED', startDate: minutesAgo(150) },
  ];
});
afterEach(() => vi.unstubAllEnvs());

const List = z.object({
  incidents: z.array(
    z.object({
      incident: z.string(),
      since: z.string(),
      open: z.boolean(),
      outcome: z.string().nullable(),
      closed: z.string().nullable(),
      agent: z.string().nullable(),
      about: z.string().nullable(),
      problem: z.string().optional(),
    }),
  ),
  withoutTrace: z.number(),
  complete: z.boolean(),
});
const listed = async (...args: string[]): Promise<z.infer<typeof List>> => {
  const ran = await checkrein('incidents', '--json', ...args);
  expect([ran.code, ran.err]).toEqual([0, '']);
  return List.parse(JSON.parse(ran.out));
};
const idsIn = ({ incidents }: z.infer<typeof List>): string[] => incidents.map(({ incident }) => incident);

describe('checkrein incidents, of a deployed stack', () => {
  test('lists incidents newest first with outcome, agent and alarm, and counts the copies of alarms apart', async () => {
    const list = await listed();
    expect(list.incidents.map(({ incident, open, outcome, agent }) => [incident, open, outcome, agent])).toEqual([
      [IDS.open, true, null, 'ec2-responder'],
      [IDS.diagnosed, false, 'diagnosed', 'ec2-responder'],
      [IDS.healed, false, 'healed', 'ec2-responder'],
    ]);
    expect(list.incidents.at(-1)).toMatchObject({ since: '2026-11-20T09:26:20.000Z', about: 'checkout-cpu-high' });
    expect([list.withoutTrace, list.complete]).toEqual([1, true]);
  });

  test('fits 80 columns, with an id to copy on a line of its own', async () => {
    const { out } = await checkrein('incidents');
    expect(out).toMatch(/^SINCE +OUTCOME +AGENT +ABOUT$/m);
    expect(out).toMatch(/^2026-11-20 09:26 UTC {2}healed {5}ec2-responder {2}checkout-cpu-high$/m);
    expect(out.split('\n')).toContain(`  ${IDS.healed}`);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).toContain('Not listed: 1 without a trace of their own, which joined an open incident.');
  });

  test('--limit, --since and --open bound the list, which says that there is more', async () => {
    expect([idsIn(await listed('--limit', '1')), (await listed('--limit', '1')).complete]).toEqual([[IDS.open], false]);
    expect((await checkrein('incidents', '--limit', '1')).out).toContain('There are more.');
    expect(idsIn(await listed('--since', '2026-11-20T10:30'))).toEqual([IDS.open, IDS.diagnosed]);
    expect(idsIn(await listed('--open'))).toEqual([IDS.open]);
  });

  test('more executions than one page of Step Functions has are listed too', async () => {
    const copies = Array.from({ length: 12 }, (_, n) => ({
      name: `copy-${String(n)}`,
      status: 'SUCCEEDED',
      startDate: minutesAgo(1),
    }));
    aws.executions = [...copies, ...aws.executions];
    expect((await listed()).withoutTrace).toBe(13);
    expect(idsIn(await listed())).toHaveLength(3);
    expect(aws.calls.filter((call) => call === 'ListExecutions').length).toBeGreaterThan(3);
  });

  test('an execution that ended without closing its incident is no open incident: the list says what happened', async () => {
    aws.executions = [{ name: IDS.open, status: 'TIMED_OUT', startDate: minutesAgo(5) }];
    const [one] = (await listed()).incidents;
    expect(one).toMatchObject({ open: false, outcome: null });
    expect(one?.problem).toContain('ended as TIMED_OUT, and nothing has closed the incident');
    expect((await checkrein('incidents')).out).toMatch(/unclear/);
  });
});

describe('a stack of a team, in which Checkrein is one construct among others', () => {
  /** The outputs under keys with the construct's path, as CDK makes them. */
  const inside = (construct: string): void => {
    const own = Object.entries(aws.outputs ?? {}).map(([name, value]) => ({
      key: `${construct}${name}1A2B3C4D`,
      name,
      value,
    }));
    aws.outputs = { ...aws.outputs, ...Object.fromEntries(own.map(({ key, value }) => [key, value])) };
    aws.descriptions = {
      ...aws.descriptions,
      ...Object.fromEntries(own.map(({ key, name }) => [key, `Checkrein ${construct}: ${name}`])),
    };
  };

  test('is found by --stack, also if an output of the team has the name of one of ours', async () => {
    inside('Checkrein');
    aws.outputs = { ...aws.outputs, LedgerTable: 'a-table-of-the-team', FlowArn: 'not-ours', ApproversTopic: 'theirs' };
    expect(idsIn(await listed('--stack', 'Payments'))).toEqual([IDS.open, IDS.diagnosed, IDS.healed]);
  });

  test('with the outputs of two Checkreins is refused, naming both', async () => {
    const before = aws.outputs;
    inside('Checkrein');
    const first = aws.outputs;
    aws.outputs = before;
    inside('Ops/Checkrein');
    aws.outputs = { ...first, ...aws.outputs };
    const { code, err } = await checkrein('incidents', '--stack', 'Payments');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('--stack: Payments has the outputs of 2 Checkreins: Checkrein, Ops/Checkrein'),
    ]);
  });

  test('without any is said to be none', async () => {
    aws.outputs = { Url: 'https://payments.example.com' };
    const { code, err } = await checkrein('incidents', '--stack', 'Payments');
    expect([code, err]).toEqual([2, expect.stringContaining('Payments has no Checkrein of this version in it')]);
  });
});

describe('checkrein trace get, of a deployed stack', () => {
  test('writes exactly what trace verify needs, with the key that KMS has and a report', async () => {
    const args = ['--out', 'trace.jsonl', '--key', 'seal.pub.pem', '--report', 'report.md'];
    const ran = await checkrein('trace', 'get', IDS.healed, ...args);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(readFileSync(inFolder('trace.jsonl'), 'utf8')).toBe(fileOf(HEALED));
    const [, command = ''] = /^ {2}npx checkrein (trace verify .*)$/m.exec(ran.out) ?? [];
    const verified = await checkrein(...command.split(' '));
    expect([verified.code, verified.out.split(':')[0], verified.out]).toEqual([
      0,
      'SOUND',
      expect.not.stringContaining('The key is the one that the trace itself contains'),
    ]);
    expect(readFileSync(inFolder('report.md'), 'utf8')).toContain(`npx checkrein ${command}`);
  });

  test('without --out it writes the trace to standard output and nothing else there', async () => {
    const ran = await checkrein('trace', 'get', IDS.healed);
    expect([ran.code, ran.out]).toEqual([0, fileOf(HEALED)]);
    expect(ran.err).toContain('npx checkrein trace verify trace.jsonl');
  });

  test('it does not write a trace to a terminal, where its text could move the cursor', async () => {
    const before = process.stdout.isTTY;
    try {
      Object.assign(process.stdout, { isTTY: true });
      const ran = await checkrein('trace', 'get', IDS.healed);
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain('--out: not given');
    } finally {
      Object.assign(process.stdout, { isTTY: before });
    }
  });

  test('an open incident is written as far as it is, and is said to have no seal yet', async () => {
    const ran = await checkrein('trace', 'get', IDS.open, '--out', 'open.jsonl', '--report', 'open.md');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('no seal yet');
    expect(readFileSync(inFolder('open.md'), 'utf8')).not.toContain('trace verify');
  });

  test('a trace that was sealed with another key than the stack has is said to be so', async () => {
    aws.publicKey = readFileSync(join(TRACES, 'change-freeze/seal.pub.pem'), 'utf8');
    const ran = await checkrein('trace', 'get', IDS.healed, '--out', 'other.jsonl', '--key', 'other.pem');
    expect(ran.out).toContain('was sealed with another key');
    expect((await checkrein('trace', 'verify', 'other.jsonl', '--key', 'other.pem')).code).toBe(1);
  });

  test('a trace in the table of a removed stack can be read, and its key is said to be its own word', async () => {
    aws.outputs = undefined;
    const args = ['--table', ledger.table, '--out', 'gone.jsonl', '--key', 'gone.pem'];
    const ran = await checkrein('trace', 'get', IDS.healed, ...args);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('The trace itself names this key');
    expect(createPublicKey(readFileSync(inFolder('gone.pem'))).asymmetricKeyType).toBe('ec');
    expect(aws.calls).toEqual(['GetPublicKey']);
  });

  test('rows that somebody changed are written as they are, named in words, and do not verify', async () => {
    const spoilt = { incident: 'spoilt-1', line: '{"seq":0,"kind":"made.up"}' };
    await ledger.client.send(
      new PutItemCommand({
        TableName: ledger.table,
        Item: { pk: { S: 'incident#spoilt-1' }, sk: { S: 'event#000000' }, line: { S: spoilt.line } },
      }),
    );
    const ran = await checkrein('trace', 'get', spoilt.incident, '--out', 'spoilt.jsonl');
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/Incident spoilt-1, event 0: the stored line is not a trace event/);
    expect(ran.err).toContain('Keep the table as it is');
    expect(ran.err).not.toMatch(/\n\s+at /);
    expect(readFileSync(inFolder('spoilt.jsonl'), 'utf8')).toBe(`${spoilt.line}\n`);
    aws.executions = [{ name: 'spoilt-1', status: 'SUCCEEDED', startDate: minutesAgo(1) }];
    expect((await listed()).incidents[0]?.problem).toContain('is not a trace event');
  });

  test('a line that was rewritten so that it means the same does not verify either', async () => {
    for (const event of eventsOf('change-freeze')) await ledger.ledger.append(event);
    const [opening] = eventsOf('change-freeze');
    await ledger.client.send(
      new UpdateItemCommand({
        TableName: ledger.table,
        Key: { pk: { S: `incident#${opening?.incident ?? ''}` }, sk: { S: 'event#000000' } },
        UpdateExpression: 'SET line = :line',
        ExpressionAttributeValues: { ':line': { S: JSON.stringify(opening, null, 1).replaceAll('\n', ' ') } },
      }),
    );
    await checkrein('trace', 'get', opening?.incident ?? '', '--out', 'same.jsonl');
    const verified = await checkrein('trace', 'verify', 'same.jsonl');
    expect([verified.code, verified.out]).toEqual([1, expect.stringContaining('not in canonical form')]);
  });
});

describe('what cannot be done is said in words', () => {
  const says = async (args: readonly string[], code: number, ...words: RegExp[]): Promise<void> => {
    const ran = await checkrein(...args);
    expect([ran.code, ran.out]).toEqual([code, '']);
    for (const word of words) expect(ran.err).toMatch(word);
    expect(ran.err).not.toMatch(/\n\s+at /);
  };
  const denied = { code: 'AccessDeniedException', message: 'User ana is not authorized to perform this.' };

  test('an incident that is not there', () =>
    says(['trace', 'get', 'nobody'], 2, /ledger of stack Checkrein has no trace of "nobody"/, /checkrein incidents/));

  test('a stack that is not there', async () => {
    aws.outputs = undefined;
    await says(['trace', 'get', IDS.healed], 2, /--stack: there is no stack Checkrein/);
    await says(['incidents', '--stack', 'Checkrein-eu'], 2, /there is no stack Checkrein-eu/);
  });

  test('no right to list executions, to read the table, or to read the key', async () => {
    aws.refusals.set('ListExecutions', denied);
    await says(['incidents'], 1, /states:ListExecutions failed\. AccessDeniedException/, /AWS_PROFILE/);
    aws.refusals.set('GetPublicKey', denied);
    await says(
      ['trace', 'get', IDS.healed, '--out', 'x.jsonl', '--key', 'x.pem'],
      1,
      /kms:GetPublicKey of arn.* failed/,
    );
    expect(existsSync(inFolder('x.jsonl'))).toBe(false);
    aws.refusals.set('Query', denied);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', aws.url);
    await says(['trace', 'get', IDS.healed], 1, /dynamodb:Query of ledger failed\. AccessDeniedException/);
  });

  test.each([
    [['incidents', '--limit', '0'], /--limit: "0"/],
    [['incidents', '--limit', 'all'], /--limit: "all"/],
    [['incidents', '--since', 'yesterday'], /--since: "yesterday" is neither an age nor a date/],
    [['incidents', '--from', 'nowhere'], /--from nowhere: this folder cannot be read/],
    [['incidents', '--from', '.'], /there is no trace\.jsonl in it/],
    [['trace', 'get', IDS.healed, '--out', 'no/such/folder.jsonl'], /--out no\/such\/folder\.jsonl: this file cannot/],
  ])('%j is bad input', async (args, words) => {
    mkdirSync(inFolder('empty'), { recursive: true });
    const ran = await runCli(inFolder('empty'), ...args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(words);
  });

  test('--since takes an age or a date in UTC', () => {
    const now = new Date('2026-11-20T12:00:00Z');
    expect(
      ['90m', '24h', '7d', '2026-11-20', '2026-11-20T09:00', '2026-11-20T09:00Z'].map((text) =>
        sinceIn(text, now).toISOString(),
      ),
    ).toEqual([
      '2026-11-20T10:30:00.000Z',
      '2026-11-19T12:00:00.000Z',
      '2026-11-13T12:00:00.000Z',
      '2026-11-20T00:00:00.000Z',
      '2026-11-20T09:00:00.000Z',
      '2026-11-20T09:00:00.000Z',
    ]);
  });
});

describe('on the laptop', () => {
  const runs = inFolder('runs');
  beforeAll(() => {
    for (const name of [HEALED, 'fix-does-not-help']) cpSync(join(TRACES, name), join(runs, name), { recursive: true });
    mkdirSync(join(runs, 'broken'));
    writeFileSync(join(runs, 'broken/trace.jsonl'), '{}\n');
  });

  test('incidents lists a folder of runs, an unreadable one included, and one run by itself', async () => {
    const list = await listed('--from', 'runs');
    const broken = list.incidents.find(({ incident }) => incident === 'broken');
    expect(broken).toMatchObject({ open: false, outcome: null });
    expect(broken?.problem).toContain('this is not a trace event');
    const sound = list.incidents.filter(({ problem }) => problem === undefined);
    expect(sound.map(({ outcome }) => outcome).toSorted()).toEqual(['diagnosed', 'healed']);
    expect(idsIn(await listed('--from', join('runs', HEALED)))).toEqual([IDS.healed]);
    expect(aws.calls).toEqual([]);
  });

  test('trace get reads one of them, with its key', async () => {
    const args = ['--from', 'runs', '--out', 'local.jsonl', '--key', 'local.pem'];
    const ran = await checkrein('trace', 'get', IDS.healed, ...args);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(readFileSync(inFolder('local.jsonl'), 'utf8')).toBe(fileOf(HEALED));
    expect((await checkrein('trace', 'verify', 'local.jsonl', '--key', 'local.pem')).code).toBe(0);
    const unknown = await checkrein('trace', 'get', 'nobody', '--from', 'runs');
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('folder runs has no trace of "nobody"')]);
  });
});
