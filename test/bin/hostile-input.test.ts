import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { appFolder, REPOSITORY, runCli, type Ran } from './cli.ts';

const folder = appFolder('hostile');
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = join(REPOSITORY, 'scenarios/undersized-instance');
const [EVENT, WORLD] = [join(scenario, 'event.json'), join(scenario, 'world.yaml')];
const TRACE = join(REPOSITORY, 'test/fixtures/traces/undersized-instance/trace.jsonl');
const checkrein = (...args: string[]): Promise<Ran> => runCli(folder, ...args);

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return name;
};

/** A value within so many lists. */
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const refusedInWords = (ran: Ran, code: number, says: RegExp): void => {
  expect(`${ran.out}${ran.err}`).toMatch(says);
  expect(`${ran.out}${ran.err}`).not.toMatch(/\n\s+at |RangeError/);
  expect(ran.code).toBe(code);
};

describe('trace verify', () => {
  const bytes = readFileSync(TRACE);
  const incident = z.object({ incident: z.string() }).parse(JSON.parse(bytes.toString().split('\n')[0] ?? '')).incident;

  test('a byte that is no longer UTF-8 breaks the trace, even within a replacement character', async () => {
    const event = file('replaced.json', readFileSync(EVENT, 'utf8').replace('Threshold Crossed', 'Threshold \uFFFD'));
    const ran = await checkrein('run', '--event', event, '--world', WORLD, '--approve', 'no', '--out', 'replaced');
    expect(ran.code).toBe(0);
    const sealed = readFileSync(join(folder, 'replaced/trace.jsonl'));
    expect((await checkrein('trace', 'verify', 'replaced/trace.jsonl')).code).toBe(0);
    // U+FFFD is EF BF BD. A decoder that is not fatal reads F1 BF BD, half a character, as U+FFFD too.
    const spoilt = Buffer.from(sealed);
    spoilt[sealed.indexOf('\uFFFD')] = 0xf1;
    expect(spoilt.toString()).toBe(sealed.toString());
    refusedInWords(
      await checkrein('trace', 'verify', file('bytes.jsonl', spoilt)),
      1,
      /^BROKEN at event \d+: this line is not UTF-8/,
    );
    refusedInWords(await checkrein('trace', 'show', 'bytes.jsonl'), 2, /line \d+: these bytes are not UTF-8/);
    refusedInWords(await checkrein('replay', 'bytes.jsonl'), 2, /line \d+: these bytes are not UTF-8/);
  });

  test('bytes in front of the trace, such as a byte order mark, break it', async () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    expect((await checkrein('trace', 'verify', file('marked.jsonl', marked))).code).toBe(1);
  });

  test.each([
    ['too deep', `{"kind":"model.called","deep":${nested(5000)}}`],
    ['with half a surrogate pair', '{"kind":"incident.attached","half":"\\ud800"}'],
  ])('a line %s breaks the trace, without a stack trace', async (_, line) => {
    const lines = bytes.toString().split('\n');
    const ran = await checkrein('trace', 'verify', file('line.jsonl', lines.with(3, line).join('\n')));
    refusedInWords(ran, 1, /^BROKEN at event 3: /);
  });

  test('half a surrogate pair in an event of its own kind breaks the trace, without a stack trace', async () => {
    const lines = bytes.toString().split('\n');
    const opened = (lines[0] ?? '').replace('"detailType":"', '"detailType":"\\ud800');
    const ran = await checkrein('trace', 'verify', file('half.jsonl', lines.with(0, opened).join('\n')));
    refusedInWords(ran, 1, /^BROKEN at event 0: /);
  });

  test('a file without a line that could be an event is refused, however long', async () => {
    writeFileSync(join(folder, 'zeros.jsonl'), '');
    truncateSync(join(folder, 'zeros.jsonl'), 200_000_000);
    refusedInWords(await checkrein('trace', 'verify', 'zeros.jsonl'), 2, /a line of this file is too long/);
    refusedInWords(await checkrein('trace', 'show', 'zeros.jsonl'), 2, /this file is too long/);
  });

  test('it names the incident that it verified', async () => {
    expect((await checkrein('trace', 'verify', TRACE)).out).toContain(`SOUND: incident ${incident}, 38 events`);
    expect(JSON.parse((await checkrein('trace', 'verify', TRACE, '--json')).out)).toMatchObject({
      sound: true,
      incident,
    });
  });

  test('--incident demands that the trace is of that incident', async () => {
    expect((await checkrein('trace', 'verify', TRACE, '--incident', incident)).code).toBe(0);
    const other = await checkrein('trace', 'verify', TRACE, '--incident', 'another');
    refusedInWords(other, 1, /^BROKEN at event 0: it belongs to incident .*, not to another/);
    const json = await checkrein('trace', 'verify', TRACE, '--incident', 'another', '--json');
    expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { sound: false, seq: 0 }]);
  });

  test('a file that only claims to be a public key is refused as bad input', async () => {
    const key = file('no-key.pem', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n');
    refusedInWords(await checkrein('trace', 'verify', TRACE, '--key', key), 2, /this is not a public key/);
  });
});

describe('run --out', () => {
  const run = (out: string): Promise<Ran> =>
    checkrein('run', '--event', EVENT, '--world', WORLD, '--approve', 'yes', '--out', out);

  test.each([
    ['a file', () => file('a-file', '')],
    ['a path below a file', () => join(file('a-file', ''), 'below')],
    ['/proc', () => '/proc'],
    ['a path in /proc', () => '/proc/checkrein'],
    ['nothing', () => ''],
  ])('%s is refused before the run begins', async (_, path) => {
    const ran = await run(path());
    refusedInWords(ran, 2, /checkrein: --out .*: /);
    expect(ran.out).toBe('');
  });

  test('a directory in which a file of the run cannot be written is refused before the run begins', async () => {
    mkdirSync(join(folder, 'taken/trace.jsonl'), { recursive: true });
    const ran = await run('taken');
    refusedInWords(ran, 2, /checkrein: --out taken: .*trace\.jsonl/);
    expect(ran.out).toBe('');
  });

  test('without --out, a .checkrein that is no directory is refused before the run begins', async () => {
    file('.checkrein', '');
    const ran = await checkrein('run', '--event', EVENT, '--world', WORLD, '--approve', 'yes');
    rmSync(join(folder, '.checkrein'));
    refusedInWords(ran, 2, /checkrein: --out .*\.checkrein/);
    expect(ran.out).toBe('');
  });
});

describe('what reaches the flow', () => {
  const original = readFileSync(EVENT, 'utf8');
  const run = async (event: string, ...more: string[]) => {
    const ran = await checkrein(
      'run',
      '--event',
      file('event.json', event),
      '--world',
      WORLD,
      '--approve',
      'no',
      ...more,
    );
    return { ...ran, trace: () => readFileSync(join(folder, 'flow/trace.jsonl'), 'utf8') };
  };

  test.each([
    [
      'half a character',
      original.replace('Threshold Crossed', '\\ud800 Crossed'),
      /detail\..*reason: half a character/,
    ],
    [
      'half a character in a name',
      original.replace('"InstanceId"', '"Name\\udc00": "x", "InstanceId"'),
      /became U\+FFFD/,
    ],
    ['a period of 1e308 s', original.replace('"period": 60', '"period": 1e308'), /1e\+308 s was taken as 86400 s/],
    ['a period below zero', original.replace('"period": 60', '"period": -60'), /-60 s was taken as 1 s/],
    ['an id of 5,000 characters', original.replace('bdb07b85', 'b'.repeat(5000)), undefined],
    [
      'a text of 300,000 characters',
      original.replace('"previousState"', `"x": "${'x'.repeat(300_000)}", "previousState"`),
      /detail.x: a text of 300000 characters was left out/,
    ],
  ])(
    'an event with %s opens an incident, and the trace and the report say what was cleaned',
    async (_, event, says) => {
      const ran = await run(event, '--out', 'flow');
      expect([ran.code, ran.err]).toEqual([0, '']);
      expect(ran.trace()).toContain('"kind":"model.called"');
      if (says === undefined) return;
      expect(ran.out).toMatch(/cleaned: /);
      expect(ran.trace()).toMatch(says);
      expect(readFileSync(join(folder, 'flow/report.md'), 'utf8')).toMatch(/Of the event was cleaned: /);
    },
  );

  test('an event 5,000 levels deep is refused as bad input, without an overflow', async () => {
    refusedInWords(
      await run(original.replace('"detail": {', `"detail": { "x": ${nested(5000)},`)),
      2,
      /100 levels deep/,
    );
  });

  test('a tool call 5,000 levels deep is refused, and the model is told why', async () => {
    const call = (input: string): string => `[{"type":"tool_use","name":"describe_instances","input":${input}}]`;
    const script = `[${call(`{"instanceIds":${nested(5000)}}`)},${call('"still deep"')}]`;
    const ran = await run(original, '--model', `scripted:${file('deep.json', script)}`, '--out', 'flow');
    expect([ran.code, ran.err]).toEqual([0, '']);
    const told = z.object({ kind: z.literal('call.refused'), replies: z.array(z.object({ text: z.string() })) });
    const refusals = ran
      .trace()
      .trimEnd()
      .split('\n')
      .flatMap((line) => told.safeParse(JSON.parse(line)).data?.replies[0]?.text ?? []);
    expect(refusals[0]).toMatch(/describe_instances.*more than 100 levels deep/);
  });
});

describe('a world with a number that no run could finish is refused, with field, value and maximum', () => {
  const world = readFileSync(WORLD, 'utf8');
  test.each([
    [
      'a period',
      'alarms: [{ name: a, threshold: 1, metric: { namespace: n, name: m, periodSeconds: 60000000000 } }]',
      /periodSeconds is 60000000000, expected .*86400/,
    ],
    [
      'evaluated periods',
      'alarms: [{ name: a, threshold: 1, evaluationPeriods: 1000000000, metric: { namespace: n, name: m } }]',
      /evaluationPeriods is 1000000000, expected .*1440/,
    ],
    [
      'periods that are too long together',
      'alarms: [{ name: a, threshold: 1, evaluationPeriods: 8, metric: { namespace: n, name: m, periodSeconds: 86400 } }]',
      /evaluationPeriods is 8, expected .*604800/,
    ],
    ['a delay', 'faults: [{ command: "ec2:*", delaySeconds: 1.0e+9 }]', /delaySeconds is 1000000000, expected .*3600/],
    [
      'a group',
      'groups: [{ name: g, min: 0, max: 1000000000, desired: 1, instanceType: t3.small, zones: [eu-west-1a] }]',
      /max is 1000000000, expected .*200/,
    ],
    [
      'a size',
      'instanceTypes: { x.large: { vcpus: 1000000000, memoryGiB: 1, hourlyUsd: 1 } }',
      /vcpus is 1000000000, expected .*2000/,
    ],
    [
      'an offset',
      'logs: [{ name: l, lines: [{ at: -99999999999d, message: m }] }]',
      /at is "-99999999999d", expected at most 3653 days/,
    ],
    ['a line every 0 s', 'logs: [{ name: l, lines: [{ at: -1h, message: m, every: 0s }] }]', /every is "0s"/],
    [
      'a line every second for ten years',
      'logs: [{ name: l, lines: [{ at: -3650d, message: m, every: 1s }] }]',
      /every is "1s", expected .*100000 lines/,
    ],
    ['a value', 'metrics: [{ namespace: n, name: m, fixed: 1.0e+308 }]', /fixed is 1e\+308, expected .*1000000000000/],
    [
      'a delivery',
      'events: [{ afterSeconds: 1.0e+9, alarm: checkout-cpu-high }]',
      /afterSeconds is 1000000000, expected .*604800/,
    ],
  ])('%s', async (_, field, says) => {
    const [name = ''] = field.split(':');
    const others = world.replace(new RegExp(`^${name}:(\\n|.)*?(?=^\\S|$(?![\\s\\S]))`, 'm'), '');
    const path = file('bounds.yaml', `${others}\n${field}\n`);
    const ran = await checkrein('run', '--event', EVENT, '--world', path, '--model', 'scripted:x', '--approve', 'no');
    refusedInWords(ran, 2, says);
  });

  test('aliases that stand for more than any memory holds', async () => {
    const bomb = ['a: &a0 [x]', ...Array.from({ length: 30 }, (_, n) => `b${n}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`)];
    const ran = await checkrein(
      'run',
      '--event',
      EVENT,
      '--world',
      file('bomb.yaml', bomb.join('\n')),
      '--approve',
      'no',
    );
    refusedInWords(ran, 2, /bomb\.yaml: this YAML has no value \(Excessive alias count/);
  });

  test('a file without an end', async () => {
    refusedInWords(await checkrein('trace', 'show', '/dev/zero'), 2, /trace \/dev\/zero: this file is too long/);
  });
});

test('policies that are a file and not a directory are refused in words', async () => {
  refusedInWords(await checkrein('replay', TRACE, '--policies', file('p', 'x')), 2, /--policies p: .*directory/);
});
