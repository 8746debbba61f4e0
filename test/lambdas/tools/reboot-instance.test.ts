import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { manifest } from '../../../lambdas/tools/reboot-instance/manifest.ts';
import { tool } from '../../../lambdas/tools/reboot-instance/tool.ts';
import { like } from '../../fixtures/matchers.ts';
import { group, groups, ID, instanceAnswer, instances, member } from './aws-answers.ts';
import { changing } from './context.ts';

const input = { instanceId: ID, why: 'The kernel hangs since 02:00 (E3).' };
const inGroup = { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] };

const protection = (stop: boolean) => ({
  DisableApiStop: { Value: stop },
  DisableApiTermination: { Value: false },
});

const contextOf = (more: JsonObject = {}) => {
  const made = changing(manifest);
  made.cloud.answers('ec2', 'DescribeInstances', instances(instanceAnswer(more)));
  made.cloud.answers('ec2', 'DescribeInstanceAttribute', protection(false));
  made.cloud.answers('autoscaling', 'DescribeAutoScalingGroups', groups(group()));
  return made;
};

const proposed = async (context: ReturnType<typeof contextOf>) => {
  const { target, state } = await tool.describe(input, context);
  return { input, target, before: state, after: tool.predict(input, state) };
};

test('only a running instance can be rebooted', async () => {
  await expect(proposed(contextOf({ State: { Name: 'stopped' } }))).rejects.toThrow(
    `${ID} is stopped; only a running instance can be rebooted.`,
  );
});

test('an instance without a group is the whole fleet', async () => {
  const context = contextOf();
  expect(await tool.facts(await proposed(context), context)).toMatchObject({
    fleetSize: 1,
    fleetAffectedPercent: 100,
    inServiceAfter: 0,
    downtimeSeconds: 120,
  });
});

test('an instance of a group is one of those in service', async () => {
  const context = contextOf(inGroup);
  expect(await tool.facts(await proposed(context), context)).toMatchObject({
    fleetSize: 4,
    fleetAffectedPercent: 25,
    inServiceAfter: 3,
  });
});

const fleetFacts = async (members: JsonObject[], more: JsonObject = {}) => {
  const context = contextOf(inGroup);
  context.cloud.answers('autoscaling', 'DescribeAutoScalingGroups', groups(group({ Instances: members, ...more })));
  return tool.facts(await proposed(context), context);
};

test('the last in service of three is no lone instance', async () => {
  const last = { fleetSize: 3, fleetAffectedPercent: 100, inServiceAfter: 0 };
  expect(await fleetFacts([member(ID)], { DesiredCapacity: 3 })).toMatchObject(last);
  const leaving = ['i-0000000a', 'i-0000000b'].map((id) => member(id, { LifecycleState: 'Terminating' }));
  expect(await fleetFacts([member(ID), ...leaving], { DesiredCapacity: 1 })).toMatchObject(last);
});

test('an instance that is not in service leaves those that are', async () => {
  const standby = member(ID, { LifecycleState: 'Standby' });
  expect(await fleetFacts([standby, member('i-0000000a')], { DesiredCapacity: 1 })).toMatchObject({
    fleetSize: 2,
    fleetAffectedPercent: 0,
    inServiceAfter: 1,
  });
});

test('the dry run calls EC2, and reports cost and disruption', async () => {
  const context = contextOf(inGroup);
  context.change.answers('ec2', 'RebootInstances', new CloudError('DryRunOperation', 'would have succeeded'));
  const { checks, disruption } = await tool.dryRun(await proposed(context), context);
  expect(context.change.inputsOf('RebootInstances')).toEqual([{ InstanceIds: [ID], DryRun: true }]);
  expect(checks).toMatchObject([
    { name: 'protection', outcome: 'passed' },
    { name: 'ec2:RebootInstances', outcome: 'passed' },
  ]);
  expect(disruption.says).toContain('About 120 s without service');
  expect(disruption.says).toContain('Auto Scaling group web may replace it');
});

test('the change is one call', async () => {
  const context = contextOf();
  context.change.answers('ec2', 'RebootInstances', {});
  await tool.apply(await proposed(context), context);
  expect(context.change.requests).toEqual([
    { service: 'ec2', command: 'RebootInstances', input: { InstanceIds: [ID] } },
  ]);
});

test('a reboot is neither repeatable nor reversible', async () => {
  expect(manifest.repeatable).toBe(false);
  expect(tool.inverse(await proposed(contextOf()))).toEqual({ reversible: false, says: 'A reboot cannot be undone.' });
});

test('an instance that was stopped and started in the meantime fails the post-condition', async () => {
  const change = await proposed(contextOf());
  expect(tool.postCondition(change, change.before).holds).toBe(true);
  const restarted = { state: 'running', instanceType: 'm7i.large', launchTime: '2026-11-02T02:13:00.000Z' };
  expect(tool.postCondition(change, restarted).holds).toBe(false);
});

const dryRunOf = async (context: ReturnType<typeof contextOf>, answer: CloudError) => {
  context.change.answers('ec2', 'RebootInstances', answer);
  return tool.dryRun(await proposed(context), context);
};

test('stop protection, which prevents no reboot, is shown to whoever approves one', async () => {
  const context = contextOf();
  context.cloud.answers('ec2', 'DescribeInstanceAttribute', protection(true));
  const { checks } = await dryRunOf(context, new CloudError('DryRunOperation', 'Would have succeeded.'));
  expect(checks).toContainEqual({
    name: 'protection',
    outcome: 'unknown',
    detail: 'stop protection is on; it prevents a stop, not a reboot, but says that an outage of it matters',
  });
});

test('an instance on its way to another state is left alone until later', async () => {
  const { checks } = await dryRunOf(contextOf(), new CloudError('IncorrectInstanceState', 'Instance is not running'));
  expect(checks).toContainEqual({
    name: 'ec2:RebootInstances',
    outcome: 'refused',
    detail: like(/^IncorrectInstanceState: Instance is not running\. .*Wait/),
  });
});
