import { expect, test } from 'vitest';
import { APP, BUSY_SERVER, ExampleWorld } from './example-world.ts';

const ids = { InstanceIds: [APP] };

test('DescribeInstances answers in the shape of the SDK, dates as ISO text', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  expect(await example.send('ec2:DescribeInstances', ids)).toMatchObject({
    Reservations: [
      {
        OwnerId: '123456789012',
        Instances: [
          {
            InstanceId: APP,
            InstanceType: 't3.small',
            State: { Code: 16, Name: 'running' },
            LaunchTime: '2026-10-21T09:26:20.000Z',
            Placement: { AvailabilityZone: 'eu-west-1a', Tenancy: 'default' },
            Tags: [
              { Key: 'Name', Value: 'app' },
              { Key: 'environment', Value: 'production' },
            ],
          },
        ],
      },
    ],
  });
});

test('an unknown instance and a malformed id are different errors', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  expect(await example.refusal('ec2:DescribeInstances', { InstanceIds: ['i-0fffffffffffffff0'] })).toEqual({
    code: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0fffffffffffffff0' does not exist",
  });
  expect((await example.refusal('ec2:StopInstances', { InstanceIds: ['web-1'] })).code).toBe(
    'InvalidInstanceID.Malformed',
  );
});

test('DescribeInstanceTypes, its offerings and the volumes answer what a resize needs', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  expect(await example.send('ec2:DescribeInstanceTypes', { InstanceTypes: ['m6i.xlarge'] })).toMatchObject({
    InstanceTypes: [
      {
        InstanceType: 'm6i.xlarge',
        VCpuInfo: { DefaultVCpus: 4 },
        MemoryInfo: { SizeInMiB: 16384 },
        ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
      },
    ],
  });
  expect((await example.refusal('ec2:DescribeInstanceTypes', { InstanceTypes: ['m6i.huge'] })).code).toBe(
    'InvalidInstanceType',
  );
  const Filters = [
    { Name: 'instance-type', Values: ['m6i.xlarge'] },
    { Name: 'location', Values: ['eu-west-1a'] },
  ];
  const offered = await example.send('ec2:DescribeInstanceTypeOfferings', {
    LocationType: 'availability-zone',
    Filters,
  });
  expect(offered).toEqual({
    InstanceTypeOfferings: [{ InstanceType: 'm6i.xlarge', LocationType: 'availability-zone', Location: 'eu-west-1a' }],
  });
  const volumes = await example.send('ec2:DescribeVolumes', {
    Filters: [{ Name: 'attachment.instance-id', Values: [APP] }],
  });
  expect(volumes).toMatchObject({ Volumes: [{ Encrypted: false, Attachments: [{ InstanceId: APP }] }] });
});

test('DescribeInstanceStatus leaves out what does not run, unless asked', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  const healthy = { InstanceStatuses: [{ InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } }] };
  expect(await example.send('ec2:DescribeInstanceStatus', ids)).toMatchObject(healthy);
  await example.send('ec2:StopInstances', ids);
  expect(await example.send('ec2:DescribeInstanceStatus', ids)).toEqual({ InstanceStatuses: [] });
  const all = await example.send('ec2:DescribeInstanceStatus', { ...ids, IncludeAllInstances: true });
  expect(all).toMatchObject({ InstanceStatuses: [{ InstanceState: { Name: 'stopping' } }] });
});

test('a dry run succeeds as the error DryRunOperation and changes nothing', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  const dry = { ...ids, DryRun: true };
  for (const command of ['ec2:StopInstances', 'ec2:StartInstances', 'ec2:RebootInstances'])
    expect((await example.refusal(command, dry)).code).toBe('DryRunOperation');
  const modify = { InstanceId: APP, InstanceType: { Value: 'm6i.xlarge' }, DryRun: true };
  expect((await example.refusal('ec2:ModifyInstanceAttribute', modify)).code).toBe('DryRunOperation');
  expect(await example.instance()).toMatchObject({ state: 'running', type: 't3.small' });
});

test('the type of a running instance cannot be changed, nor to another architecture', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  const modify = (Value: string) =>
    example.refusal('ec2:ModifyInstanceAttribute', { InstanceId: APP, InstanceType: { Value } });
  expect(await modify('m6i.xlarge')).toEqual({
    code: 'IncorrectInstanceState',
    message: `The instance '${APP}' is not in the 'stopped' state.`,
  });
  await example.send('ec2:StopInstances', ids);
  expect((await example.refusal('ec2:StartInstances', ids)).code).toBe('IncorrectInstanceState');
  example.wait(30);
  expect((await example.refusal('ec2:RebootInstances', ids)).code).toBe('IncorrectInstanceState');
  expect((await modify('m7g.xlarge')).message).toMatch(/architecture 'arm64'/);
});

test('stopping and starting return the state before and after', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  const change = {
    InstanceId: APP,
    CurrentState: { Code: 64, Name: 'stopping' },
    PreviousState: { Code: 16, Name: 'running' },
  };
  expect(await example.send('ec2:StopInstances', ids)).toEqual({ StoppingInstances: [change] });
});

test('a lack of capacity in the zone shows at the start, not at the dry run', async () => {
  const example = new ExampleWorld(`${BUSY_SERVER}\nnoCapacity: [{ type: m6i.xlarge, zone: eu-west-1a }]`);
  await expect(example.resize('m6i.xlarge')).rejects.toThrow(
    /InsufficientInstanceCapacity: We currently do not have sufficient m6i.xlarge capacity in the Availability Zone you requested \(eu-west-1a\).*eu-west-1b, eu-west-1c/,
  );
  expect(await example.instance()).toMatchObject({ state: 'stopped', type: 'm6i.xlarge' });
  await example.send('ec2:ModifyInstanceAttribute', { InstanceId: APP, InstanceType: { Value: 'c6i.xlarge' } });
  await example.send('ec2:StartInstances', ids);
});

test('a command or a parameter that is not simulated is an error that names it', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  await expect(example.send('ec2:TerminateInstances', ids)).rejects.toThrow(
    'no answer to ec2:TerminateInstances with the input',
  );
  await expect(example.send('ec2:StopInstances', { ...ids, Hibernate: true })).rejects.toThrow(
    /simulated ec2:StopInstances.*Hibernate/,
  );
});
