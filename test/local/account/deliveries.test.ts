import { expect, test } from 'vitest';
import { BusEvent } from '../../../lambdas/contracts/alarm.ts';
import { BUSY_SERVER, ExampleWorld } from './example-world.ts';

const withEvents = (events: string): ExampleWorld => new ExampleWorld(`${BUSY_SERVER}\nevents:\n${events}`);
const dueAfter = (example: ExampleWorld, seconds: number) => {
  example.wait(seconds);
  return example.account.due(example.clock.now());
};

test('an event of any source is delivered at its time, with what EventBridge adds', () => {
  const example = withEvents(`
  - afterSeconds: 60
    event:
      source: aws.codebuild
      detail-type: CodeBuild Build State Change
      resources: ['arn:aws:codebuild:eu-west-1:123456789012:build/shop:1']
      detail: { build-status: FAILED, additional-information: { build-start-time: '\${-5m}' } }`);
  expect(dueAfter(example, 59)).toEqual([]);
  const [event, ...more] = dueAfter(example, 5);
  expect(more).toEqual([]);
  expect(BusEvent.parse(event)).toMatchObject({
    source: 'aws.codebuild',
    'detail-type': 'CodeBuild Build State Change',
    account: '123456789012',
    region: 'eu-west-1',
    time: '2026-11-20T09:27:20Z',
    resources: ['arn:aws:codebuild:eu-west-1:123456789012:build/shop:1'],
    detail: { 'build-status': 'FAILED', 'additional-information': { 'build-start-time': '2026-11-20T09:21:20.000Z' } },
  });
  expect(dueAfter(example, 60)).toEqual([]);
});

test('what an event gives itself stays, and a relative time becomes one', () => {
  const given = { id: 'event-1', account: '210987654321', region: 'us-east-1', source: 'my.app' };
  const line = (time: string) =>
    `  - { afterSeconds: 0, event: ${JSON.stringify({ ...given, time, 'detail-type': 'Late', detail: {} })} }\n`;
  const events = dueAfter(withEvents(line('2026-11-20T09:00:00Z') + line('-1m')), 0);
  expect(events).toMatchObject([
    { ...given, time: '2026-11-20T09:00:00Z' },
    { ...given, time: '2026-11-20T09:25:20Z' },
  ]);
});

test('events of one moment come in the order of the file, each with an id of its own', () => {
  const line = (seconds: number, type: string) =>
    `  - { afterSeconds: ${seconds}, event: { source: my.app, detail-type: ${type}, detail: {} } }\n`;
  const events = dueAfter(withEvents(line(60, 'c') + line(30, 'a') + line(60, 'd') + line(30, 'b')), 60);
  expect(events.map((event) => event['detail-type'])).toEqual(['a', 'b', 'c', 'd']);
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
});

test('the OK of an alarm is delivered though the alarm is in ALARM, as a change at that moment', () => {
  const example = withEvents(
    '  - { afterSeconds: 60, alarm: cpu-high, state: OK }\n  - { afterSeconds: 60, alarm: cpu-high }',
  );
  const alarm = example.account.alarmEvent('cpu-high');
  const [ok, again] = dueAfter(example, 60);
  expect(ok).toMatchObject({
    time: '2026-11-20T09:27:20Z',
    detail: {
      alarmName: 'cpu-high',
      previousState: { value: 'ALARM' },
      state: {
        value: 'OK',
        timestamp: '2026-11-20T09:27:20.000+0000',
        reason: 'Threshold Crossed: 1 datapoint was not greater than the threshold (85.0).',
      },
    },
  });
  expect(again).toEqual(alarm);
});

test('the OK of an alarm that healed is the event of that change', async () => {
  const example = withEvents('  - { afterSeconds: 600, alarm: cpu-high, state: OK }');
  await example.resize('m6i.xlarge');
  const [ok] = dueAfter(example, 600);
  expect(ok).toEqual(example.account.alarmEvent('cpu-high'));
  expect(ok).toMatchObject({ detail: { state: { value: 'OK' } } });
});
