import { describe, expect, test } from 'vitest';
import { BusEvent, type Alarm } from '../../../../lambdas/contracts/alarm.ts';
import { readAlarm } from '../../../../lambdas/steps/open/alarm.ts';
import { resourcesOf } from '../../../../lambdas/steps/open/alarm-resources.ts';
import { childrenOf } from '../../../../lambdas/steps/open/composite-children.ts';
import { keysOf } from '../../../../lambdas/steps/open/deduplication-keys.ts';
import { InputError } from '../../../../lambdas/contracts/errors.ts';
import { alarmEvent, type TestAlarm } from '../../../fixtures/alarm-events.ts';

const alarmOf = (alarm: TestAlarm): Alarm => {
  const reading = readAlarm(BusEvent.parse(alarmEvent(alarm)));
  if (reading.kind !== 'alarm') throw new InputError('alarm', reading.kind, 'an alarm that can be read');
  return reading.alarm;
};

const named = (dimensions: Record<string, string>): string[] =>
  resourcesOf(alarmOf({ name: 'one', dimensions })).map((one) => one.named);

describe('the resource of an alarm', () => {
  test.each([
    [{ InstanceId: 'i-1' }, 'InstanceId'],
    [{ AutoScalingGroupName: 'web' }, 'AutoScalingGroupName'],
    [{ InstanceId: 'i-1', AutoScalingGroupName: 'web', ImageId: 'ami-1' }, 'InstanceId'],
    [{ FunctionName: 'pay', Resource: 'pay:live' }, 'FunctionName'],
    [{ DBInstanceIdentifier: 'orders' }, 'DBInstanceIdentifier'],
    [{ DBClusterIdentifier: 'orders', Role: 'WRITER' }, 'DBClusterIdentifier'],
    [{ QueueName: 'mails' }, 'QueueName'],
    [{ TableName: 'orders', Operation: 'Query' }, 'TableName'],
    [{ LoadBalancer: 'app/a/1', TargetGroup: 'targetgroup/a/1' }, 'TargetGroup'],
    [{ LoadBalancer: 'app/a/1', AvailabilityZone: 'eu-west-1a' }, 'LoadBalancer'],
    [{ ClusterName: 'shop', ServiceName: 'checkout' }, 'ClusterName and ServiceName'],
    [{ VolumeId: 'vol-1' }, 'VolumeId'],
    [{ CacheClusterId: 'sessions', CacheNodeId: '0001' }, 'CacheClusterId'],
    [{ NatGatewayId: 'nat-1' }, 'NatGatewayId'],
  ])('%j is named by %s', (dimensions, by) => {
    expect(named(dimensions)).toEqual([by]);
  });

  test.each([[{}], [{ Service: 'checkout' }], [{ ClusterName: 'shop' }]])('%j names none', (dimensions) => {
    expect(named(dimensions)).toEqual([]);
  });

  test('is another one in another account, and with another value', () => {
    const alarm = alarmOf({ name: 'one', dimensions: { InstanceId: 'i-1' } });
    const other = alarmOf({ name: 'one', dimensions: { InstanceId: 'i-2' } });
    const keys = [alarm, other, { ...alarm, account: '210987654321' }, { ...alarm, region: 'us-east-1' }].map(
      (one) => resourcesOf(one)[0]?.key,
    );
    expect(new Set(keys).size).toBe(4);
  });

  test('is the claim of an incident; without one, the key of the alarm itself is', () => {
    const keys = (alarm: TestAlarm) =>
      keysOf(BusEvent.parse(alarmEvent(alarm)), { kind: 'alarm', alarm: alarmOf(alarm) }, 'exact');
    const found = keys({ name: 'one', dimensions: { InstanceId: 'i-1' } });
    expect(found.primary).toContain('i-1');
    expect(found.aliases).toContain('exact');
    expect(keys({ name: 'one' }).primary).toBe('exact');
  });
});

describe('the children of a composite', () => {
  const children = (rule: string): string[] =>
    childrenOf(BusEvent.parse(alarmEvent({ name: 'top', rule }))).map(
      ({ account, region, name }) => `${account} ${region} ${name}`,
    );
  const here = (name: string): string => `123456789012 eu-west-1 ${name}`;

  test.each([
    ['ALARM(a)', [here('a')]],
    ['ALARM("a b (c)") OR ALARM( \'d\' )', [here('a b (c)'), here('d')]],
    ['(ALARM(a) OR ALARM(b)) AND NOT ALARM(c) AND NOT (ALARM(d))', [here('a'), here('b')]],
    ['ALARM(a) AND ALARM(a)', [here('a')]],
    ['OK(a) AND INSUFFICIENT_DATA(b) OR TRUE', []],
    ['ALARM("arn:aws:cloudwatch:us-east-1:210987654321:alarm:far")', ['210987654321 us-east-1 far']],
  ])('of %s', (rule, expected) => {
    expect(children(rule)).toEqual(expected);
  });

  test('are a hundred at most, and a long rule is read no further than CloudWatch allows', () => {
    const rule = Array.from({ length: 2000 }, (_, n) => `ALARM(a${n})`).join(' OR ');
    expect(children(rule)).toHaveLength(100);
    expect(children(`${' '.repeat(20_000)}ALARM(late)`)).toEqual([]);
  });
});
