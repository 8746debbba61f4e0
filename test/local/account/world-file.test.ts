import { BusEvent } from '../../../lambdas/contracts/alarm.ts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { SimulatedAccount } from '../../../local/account/account.ts';
import { SimulatedClock } from '../../../local/account/clock.ts';
import { worldJsonSchema } from '../../../local/account/world/json-schema.ts';
import { readWorld } from '../../fixtures/shipped-app.ts';
import { BASE, complaint } from './complaint.ts';
import { BUSY_SERVER, ExampleWorld } from './example-world.ts';

describe('a bad world is refused with file, line, field, value and what was expected', () => {
  test.each([
    ['a wrong type of value', `${BASE}account: 12`, /^w.yaml:3: account is 12, expected string/],
    ['a missing field', 'about: x', /^w.yaml:1: now is missing, expected a UTC time such as/],
    [
      'an unknown field',
      `${BASE}instances:\n  - { id: i-0a1b2c3d4e5f60718, typ: t3.small, type: t3.small, zone: eu-west-1a }`,
      /^w.yaml:4: instances\[0\]: unknown field typ/,
    ],
    [
      'an unknown instance type',
      BUSY_SERVER.replace('t3.small', 't3.huge'),
      /^w.yaml:6: instances\[0\].type is "t3.huge", expected a built-in instance type/,
    ],
    [
      'a zone of elsewhere',
      BUSY_SERVER.replace('eu-west-1a', 'us-east-1a'),
      /zone is "us-east-1a", expected an Availability Zone of eu-west-1/,
    ],
    [
      'a group that is not there',
      BUSY_SERVER.replace('type: t3', 'memberOf: web\n    type: t3'),
      /memberOf is "web", expected nothing: this world has no groups/,
    ],
    [
      'an alarm with two sources',
      `${BASE}alarms:\n  - { name: a, rule: ALARM(b), threshold: 1, metric: { namespace: A, name: b } }`,
      /exactly one of metric, metrics, rule/,
    ],
    [
      'a repeated event of no alarm',
      `${BASE}events: [{ afterSeconds: 1, alarm: nope }]`,
      /^w.yaml:3: events\[0\].alarm is "nope"/,
    ],
    [
      'a fault without a kind',
      `${BASE}faults: [{ command: 'ec2:StopInstances' }]`,
      /exactly one of error, throttle, delaySeconds, takesSeconds, set/,
    ],
    [
      'a time in no unit',
      `${BASE}logs: [{ name: a, lines: [{ at: '-5', message: b }] }]`,
      /at is "-5", expected a time relative to now/,
    ],
    [
      'an event that is neither of an alarm nor whole',
      `${BASE}events: [{ afterSeconds: 1 }]`,
      /^w.yaml:3: events\[0\] is .*expected exactly one of alarm, event/,
    ],
    [
      'a state of an event that has no alarm',
      `${BASE}events: [{ afterSeconds: 1, state: OK, event: { source: a, detail-type: b, detail: {} } }]`,
      /events\[0\].state is "OK", expected nothing without an alarm/,
    ],
    [
      'an event without a source',
      `${BASE}events: [{ afterSeconds: 1, event: { detail-type: b, detail: {} } }]`,
      /events\[0\].event.source is missing, expected string/,
    ],
    [
      'an event with a time in no format',
      `${BASE}events: [{ afterSeconds: 1, event: { source: a, detail-type: b, detail: {}, time: soon } }]`,
      /events\[0\].event.time is "soon", expected a UTC time such as/,
    ],
    [
      'a gap in a demand',
      BUSY_SERVER.replace('-210s: 2.9', '-210s: null'),
      /demand.vcpus is .*expected a number up to .*numbers by the time they start/,
    ],
    [
      'a percentile that is none',
      `${BASE}metrics: [{ namespace: A, name: b, fixed: 1, percentiles: { p101: 2 } }]`,
      /^w.yaml:3: metrics\[0\].percentiles.p101 is not a name that it can have, expected a percentile such as p50/,
    ],
    ['YAML that is none', 'about: [', /^w.yaml:1: .*expected|^w.yaml:\d+: Flow sequence/],
  ])('%s', (_, text, says) => {
    expect(complaint(text)).toMatch(says);
  });

  test('all problems are reported at once', () => {
    expect(complaint('account: 12\nregion: moon').split('\n')).toHaveLength(4);
  });

  test('a missing file is reported by name', () => {
    expect(() => readWorld('nowhere/world.yaml')).toThrow('nowhere/world.yaml: this file cannot be read');
  });
});

test('the JSON Schema in local/schemas is the one that the code has', () => {
  const written: unknown = JSON.parse(readFileSync('local/schemas/world.schema.json', 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(worldJsonSchema())));
});

test('the example of docs/world-format.md is a world', () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/world-format.md', 'utf8')) ?? [];
  expect(complaint(example)).toBe('accepted');
});

const eventOf = (file: string, alarm: string): unknown => {
  const world = readWorld(file);
  return new SimulatedAccount(world, new SimulatedClock(new Date(world.now))).alarmEvent(alarm);
};
const Event = z.object({
  time: z.string(),
  detail: z.object({ alarmName: z.string(), state: z.object({ value: z.string() }) }),
});
const readEvent = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('every scenario about an alarm starts with the event that its own world sends', () => {
  const scenarios = readdirSync('scenarios').filter((name) => {
    if (!existsSync(`scenarios/${name}/world.yaml`)) return false;
    return BusEvent.parse(readEvent(`scenarios/${name}/event.json`)).source === 'aws.cloudwatch';
  });
  test.each(scenarios)('%s', (name) => {
    const event = readEvent(`scenarios/${name}/event.json`);
    const { detail, time } = Event.parse(event);
    expect(event).toEqual(eventOf(`scenarios/${name}/world.yaml`, detail.alarmName));
    expect(detail.state.value).toBe('ALARM');
    const world = readWorld(`scenarios/${name}/world.yaml`);
    expect(Date.parse(world.now) - Date.parse(time)).toBeLessThan(60_000);
  });
});

test.each(['several-metrics', 'metric-math', 'anomaly-detection', 'composite'])(
  'the %s event is what its alarm sends',
  (name) => {
    const event = readEvent(`test/fixtures/events/${name}.json`);
    expect(event).toEqual(eventOf('test/fixtures/worlds/awkward-alarms.yaml', Event.parse(event).detail.alarmName));
  },
);

test('the bus delivers an event again at its time, once, as the same event', () => {
  const example = new ExampleWorld(`${BUSY_SERVER}\nevents: [{ afterSeconds: 60, alarm: cpu-high }]`);
  const first = example.account.alarmEvent('cpu-high');
  expect(example.account.due(example.clock.now())).toEqual([]);
  example.wait(60);
  expect(example.account.due(example.clock.now())).toEqual([first]);
  example.wait(60);
  expect(example.account.due(example.clock.now())).toEqual([]);
});

test('an event that was due before the alarm healed still says ALARM, however late it is delivered', async () => {
  const example = new ExampleWorld(`${BUSY_SERVER}\nevents: [{ afterSeconds: 60, alarm: cpu-high }]`);
  const first = example.account.alarmEvent('cpu-high');
  await example.resize('m6i.xlarge');
  example.wait(600);
  expect(await example.alarm()).toBe('OK');
  expect(example.account.due(example.clock.now())).toEqual([first]);
});

test('simulated time notifies its listeners, and sleeping takes no real time', async () => {
  const clock = new SimulatedClock(new Date('2026-11-20T09:26:20Z'));
  const notified: string[] = [];
  const stop = clock.onAdvance((now) => notified.push(now.toISOString()));
  await clock.sleep(3_600_000);
  stop();
  clock.advance(1000);
  expect(notified).toEqual(['2026-11-20T10:26:20.000Z']);
  expect(clock.now().toISOString()).toBe('2026-11-20T10:26:21.000Z');
});
