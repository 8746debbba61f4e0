import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import type { CloudAccess } from '../../../../lambdas/contracts/ports.ts';
import { openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { Arrivals, opened, RelatedCloud, type TestAlarm } from '../../../fixtures/alarm-events.ts';

const child = (n: number): TestAlarm => ({
  name: `child-${n}`,
  metric: `m-${n}`,
  dimensions: { InstanceId: `i-${n}` },
});
const CHILDREN = Array.from({ length: 10 }, (_, n) => child(n));
const COMPOSITE: TestAlarm = { name: 'shop-down', rule: CHILDREN.map(({ name }) => `ALARM(${name})`).join(' OR ') };
const parents = Object.fromEntries(CHILDREN.map(({ name }) => [name, ['shop-down']]));

/** What became of alarms that arrive one after the other in this cloud. */
const arriveIn = async (cloud: CloudAccess, alarms: readonly TestAlarm[], arrivals = new Arrivals()) => {
  const found: string[] = [];
  for (const alarm of alarms) found.push(await arrivals.arrive(alarm, { cloud }));
  return found;
};

describe('a composite and its ten children are one incident', () => {
  test.each(Array.from({ length: 11 }, (_, n) => n))('with the composite after %i children', async (before) => {
    for (const children of [CHILDREN, CHILDREN.toReversed()]) {
      const { access } = new RelatedCloud({ parents });
      const inOrder = [...children.slice(0, before), COMPOSITE, ...children.slice(before)];
      expect(opened(await arriveIn(access, inOrder))).toBe(1);
    }
  });

  test('also if the children have one metric, and so would be a storm', async () => {
    const { access } = new RelatedCloud({ parents });
    const same = CHILDREN.map((one) => ({ ...one, metric: 'CPUUtilization' }));
    expect(opened(await arriveIn(access, [...same, COMPOSITE]))).toBe(1);
  });

  test('CloudWatch is asked with nothing but the name and a bound, and not by an alarm that finds its incident', async () => {
    const cloud = new RelatedCloud({ parents });
    await arriveIn(cloud.access, [child(0), { ...child(0), id: 'again' }, child(1)]);
    expect(cloud.asked).toEqual([
      { ParentsOfAlarmName: 'child-0', MaxRecords: 20 },
      { ParentsOfAlarmName: 'child-1', MaxRecords: 20 },
    ]);
  });

  test('an alarm whose composites cannot be read opens its incident, and its trace says so', async () => {
    const throttled: CloudAccess = () => ({
      account: '123456789012',
      region: 'eu-west-1',
      send: async () => {
        throw new CloudError('Throttling', 'Rate exceeded');
      },
    });
    const arrivals = new Arrivals();
    expect(await arriveIn(throttled, [child(0), child(1)], arrivals)).toEqual(['opened', 'opened']);
    const { cleaned } = openingOf(await arrivals.events('child-0')).data;
    expect(cleaned?.[0]).toContain('which composite alarms name it is not known');
  });

  test('an answer that takes longer than 2 s is not waited for', async () => {
    const arrivals = new Arrivals();
    const slow: CloudAccess = () => ({
      account: '123456789012',
      region: 'eu-west-1',
      send: async () => {
        await Promise.resolve();
        await arrivals.harness.clock.sleep(2001);
        return { CompositeAlarms: [{ AlarmName: 'shop-down' }] };
      },
    });
    expect(await arriveIn(slow, [child(0)], arrivals)).toEqual(['opened']);
    expect(openingOf(await arrivals.events('child-0')).data.cleaned?.[0]).toContain('did not answer within 2 s');
  });
});

describe('the storms of two groups of instances on one metric', () => {
  const member = (group: string, n: number): TestAlarm => ({
    name: `cpu-${group}-${n}`,
    dimensions: { InstanceId: `i-${group}-${n}` },
  });
  const members = (group: string, count: number): TestAlarm[] =>
    Array.from({ length: count }, (_, n) => member(group, n));
  const tagged = (alarms: readonly TestAlarm[], tag: (group: string) => Record<string, string>) =>
    Object.fromEntries(
      alarms.map(({ dimensions }) => {
        const id = dimensions?.['InstanceId'] ?? '';
        return [id, tag(id.split('-')[1] ?? '')];
      }),
    );
  const both = [...members('web', 20), ...members('api', 20)];

  test('are three investigations each, by the tag of the settings', async () => {
    const { access } = new RelatedCloud({ tags: tagged(both, (service) => ({ service })) });
    expect(opened(await arriveIn(access, both))).toBe(6);
  });

  test('are three each also by the Auto Scaling group, in whatever order they come', async () => {
    const { access } = new RelatedCloud({ tags: tagged(both, (group) => ({ 'aws:autoscaling:groupName': group })) });
    const mixed = members('web', 20).flatMap((one, n) => [one, member('api', n)]);
    expect(opened(await arriveIn(access, mixed))).toBe(6);
  });

  test('forty instances of one group are three, since the first three count for their group', async () => {
    const web = members('web', 40);
    const { access } = new RelatedCloud({ tags: tagged(web, (service) => ({ service })) });
    expect(opened(await arriveIn(access, web))).toBe(3);
  });

  test('without an answer they are one storm', async () => {
    expect(opened(await arriveIn(new RelatedCloud({}).access, both))).toBe(3);
  });

  test('nothing is looked up for the first three, and at most a hundred times a minute', async () => {
    const web = members('web', 150);
    const cloud = new RelatedCloud({ tags: tagged(web, (service) => ({ service })) });
    const lookUps = () => cloud.asked.filter((input) => 'Filters' in input).length;
    const arrivals = new Arrivals();
    await arriveIn(cloud.access, web.slice(0, 3), arrivals);
    expect(lookUps()).toBe(0);
    expect(opened(await arriveIn(cloud.access, web.slice(3), arrivals))).toBe(0);
    expect(lookUps()).toBe(100);
  });
});
