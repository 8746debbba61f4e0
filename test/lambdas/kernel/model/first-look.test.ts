import { expect, test } from 'vitest';
import {
  firstLookCalls,
  unknownAlarmPlaceholders,
  EXAMPLE_ALARM,
} from '../../../../lambdas/kernel/model/first-look.ts';

const of = (alarm: typeof EXAMPLE_ALARM | null) => ({ alarm, event: null });
const call = (input: Parameters<typeof unknownAlarmPlaceholders>[0]) => ({
  firstLook: [{ tool: 'get_metrics', input }],
});

test('placeholders become values of their own type; everything else stays as written', () => {
  const input = {
    namespace: '$alarm.metrics[0].namespace',
    dimensions: '$alarm.metrics[0].dimensions',
    ids: ['$alarm.metrics[0].dimensions.InstanceId', 'i-2'],
    periodSeconds: '$alarm.metrics[0].periodSeconds',
    minutes: 180,
    note: 'costs $alarm.name',
    flag: null,
  };
  expect(firstLookCalls(call(input), of(EXAMPLE_ALARM))).toEqual([
    {
      tool: 'get_metrics',
      input: {
        namespace: 'AWS/EC2',
        dimensions: { InstanceId: 'i-0123456789abcdef0', AutoScalingGroupName: 'web' },
        ids: ['i-0123456789abcdef0', 'i-2'],
        periodSeconds: 300,
        minutes: 180,
        note: 'costs $alarm.name',
        flag: null,
      },
    },
  ]);
});

test('a call whose placeholder has no value is skipped, and the reason names it', () => {
  const input = { namespace: '$alarm.metrics[0].namespace', metric: '$alarm.metrics[0].name' };
  const composite = { ...EXAMPLE_ALARM, kind: 'composite' as const, metrics: [] };
  const skipped = 'the event has no $alarm.metrics[0].namespace, no $alarm.metrics[0].name.';
  expect(firstLookCalls(call(input), of(composite))).toEqual([{ tool: 'get_metrics', input, skipped }]);
  expect(firstLookCalls(call(input), of(null))).toEqual([{ tool: 'get_metrics', input, skipped }]);
});

test('one skipped call does not hold up the others', () => {
  const agent = {
    firstLook: [
      { tool: 'describe_instances', input: { instanceIds: ['$alarm.metrics[0].dimensions.LoadBalancer'] } },
      { tool: 'describe_alarm', input: { alarm: '$alarm.name' } },
    ],
  };
  expect(firstLookCalls(agent, of(EXAMPLE_ALARM))).toMatchObject([
    { tool: 'describe_instances', skipped: 'the event has no $alarm.metrics[0].dimensions.LoadBalancer.' },
    { tool: 'describe_alarm', input: { alarm: 'cpu-high' } },
  ]);
});

test('a value of the event is never taken for a placeholder', () => {
  const hostile = { ...EXAMPLE_ALARM, name: '$alarm.account' };
  expect(firstLookCalls(call({ alarm: '$alarm.name' }), of(hostile))).toEqual([
    { tool: 'get_metrics', input: { alarm: '$alarm.account' } },
  ]);
});

test.each([
  ['$alarm.name', []],
  ['$alarm.metrics[3].stat', []],
  ['$alarm.metrics[0].dimensions.Anything', []],
  ['$alarm.nmae', ['$alarm.nmae']],
  ['$alarm', ['$alarm']],
  ['$alarm.metrics[0].nonesuch', ['$alarm.metrics[0].nonesuch']],
  ['$alarm.name.constructor', ['$alarm.name.constructor']],
  ['$alarm.metrics[x]', ['$alarm.metrics[x]']],
  ['$evnt.id', ['$evnt.id']],
  ['$event.id', []],
])('%s is known or not', (placeholder, unknown) => {
  expect(unknownAlarmPlaceholders({ nested: [{ deep: placeholder }] })).toEqual(unknown);
});
