import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import { groupConfiguration } from '../../../../lambdas/tools/aws/group-configuration.ts';
import { instanceConfiguration } from '../../../../lambdas/tools/aws/instance-configuration.ts';
import { manifest as resize } from '../../../../lambdas/tools/resize-instance/manifest.ts';
import { manifest as scale } from '../../../../lambdas/tools/set-auto-scaling-capacity/manifest.ts';
import { group, groups, ID, instanceAnswer, instances } from '../aws-answers.ts';
import { observing } from '../context.ts';

describe('the configuration of an instance', () => {
  const read = async (more: JsonObject, attribute: JsonObject = { DisableApiStop: { Value: false } }) => {
    const { cloud } = observing(resize);
    cloud.answers('ec2', 'DescribeInstances', instances(instanceAnswer(more)));
    cloud.answers('ec2', 'DescribeInstanceAttribute', { InstanceId: ID, ...attribute });
    return instanceConfiguration(cloud, ID);
  };

  test('does not depend on the order in which AWS lists things', async () => {
    const volume = (name: string) => ({ DeviceName: name, Ebs: { VolumeId: `vol-${name}` } });
    const lists = {
      BlockDeviceMappings: [volume('b'), volume('a')],
      SecurityGroups: [{ GroupId: 'sg-2' }, { GroupId: 'sg-1' }],
    };
    const reversed = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list].reverse()]));
    expect(await read(lists)).toEqual(await read(reversed));
  });

  test('has groups and addresses of every network interface', async () => {
    const second = {
      NetworkInterfaceId: 'eni-2',
      Groups: [{ GroupId: 'sg-9' }],
      Association: { PublicIp: '203.0.113.1' },
      PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.9', Association: { PublicIp: '203.0.113.2' } }],
      Ipv6Addresses: [{ Ipv6Address: '2001:db8::1' }],
    };
    expect(await read({ PrivateIpAddress: '10.0.0.1', NetworkInterfaces: [second] })).toMatchObject({
      securityGroups: ['sg-9'],
      networkInterfaces: ['eni-2'],
      addresses: ['10.0.0.1', '10.0.0.9', '2001:db8::1', '203.0.113.1', '203.0.113.2'],
    });
  });

  test('is not guessed when AWS does not say whether the instance may be stopped', async () => {
    await expect(read({}, {})).rejects.toBeInstanceOf(CloudError);
  });
});

describe('the configuration of a group', () => {
  const template = (Version: string) => ({ LaunchTemplateId: 'lt-1', LaunchTemplateName: 'web', Version });
  const known = { LaunchTemplateId: 'lt-1', DefaultVersionNumber: 3, LatestVersionNumber: 7 };
  const read = async (more: JsonObject, latest = known) => {
    const { cloud } = observing(scale);
    cloud.answers('autoscaling', 'DescribeAutoScalingGroups', groups(group(more)));
    cloud.answers('ec2', 'DescribeLaunchTemplates', { LaunchTemplates: [latest] });
    const configuration = await groupConfiguration(cloud, 'web');
    return { cloud, configuration, launchTemplates: configuration['launchTemplates'] };
  };

  test('has the number of the version that $Latest or $Default stands for', async () => {
    const { launchTemplates } = await read({ LaunchTemplate: template('$Latest') });
    expect(launchTemplates).toEqual(['lt-1:$Latest=7']);
    const published = await read({ LaunchTemplate: template('$Latest') }, { ...known, LatestVersionNumber: 8 });
    expect(published.launchTemplates).toEqual(['lt-1:$Latest=8']);
    expect((await read({ LaunchTemplate: template('$Default') })).launchTemplates).toEqual(['lt-1:$Default=3']);
  });

  test('reads no launch template whose version is a number', async () => {
    const { cloud, launchTemplates } = await read({ LaunchTemplate: template('5') });
    expect(launchTemplates).toEqual(['lt-1:5']);
    expect(cloud.commands).toEqual(['DescribeAutoScalingGroups']);
  });

  test('of mixed instances has every launch template and override', async () => {
    const Overrides = [
      { InstanceType: 'm7i.large', WeightedCapacity: '2', LaunchTemplateSpecification: template('6') },
      { InstanceType: 'm6i.large' },
    ];
    const LaunchTemplate = { LaunchTemplateSpecification: template('5'), Overrides };
    expect((await read({ MixedInstancesPolicy: { LaunchTemplate } })).configuration).toMatchObject({
      launchTemplates: ['lt-1:5', 'lt-1:6'],
      instanceTypes: [expect.stringContaining('"WeightedCapacity":"2"'), 'm6i.large'],
    });
  });
});
