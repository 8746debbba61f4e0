import * as z from 'zod';
import { iso } from '../command.ts';
import type { SimulatedInstance, InstanceState } from '../fleet.ts';
import type { State } from '../state.ts';

const CODES: Record<InstanceState, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** The state that an instance is in now. */
export const instanceStateOf = (instance: SimulatedInstance, state: State): InstanceState =>
  state.fleet.at(instance, state.now())?.state ?? 'pending';

/** EC2's `{ Code, Name }`. */
export const stateShape = (state: InstanceState) => ({ Code: CODES[state], Name: state });

/** An instance as DescribeInstances shows it. */
export const describeInstance = (instance: SimulatedInstance, state: State) => {
  const type = state.fleet.at(instance, state.now())?.type ?? '';
  const tags = [...instance.tags].map(([Key, Value]) => ({ Key, Value }));
  const suffix = instance.id.slice(2);
  const address = privateAddress(instance.id);
  const fields = Object.entries(instance.fields).filter(
    ([field]) => !Object.values<string>(PROTECTIONS).includes(field),
  );
  return {
    InstanceId: instance.id,
    ImageId: `ami-${suffix}`,
    InstanceType: type,
    Architecture: state.fleet.types.get(type)?.architecture ?? 'x86_64',
    State: stateShape(instanceStateOf(instance, state)),
    StateTransitionReason: '',
    ...stateReason(instanceStateOf(instance, state)),
    LaunchTime: iso(instance.launched),
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    Monitoring: { State: 'enabled' },
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    PrivateIpAddress: address,
    PrivateDnsName: `ip-${address.replaceAll('.', '-')}.${state.world.region}.compute.internal`,
    PublicDnsName: '',
    VpcId: 'vpc-0f1e2d3c4b5a69788',
    SubnetId: `subnet-0a9b8c7d6e5f4030${instance.zone.at(-1) ?? 'a'}`,
    SecurityGroups: [{ GroupId: 'sg-01234567890abcdef', GroupName: 'app' }],
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EbsOptimized: true,
    EnaSupport: true,
    AmiLaunchIndex: 0,
    BlockDeviceMappings: [
      { DeviceName: '/dev/xvda', Ebs: { VolumeId: `vol-${suffix}`, Status: 'attached', DeleteOnTermination: true } },
    ],
    ProductCodes: [],
    Tags: tags,
    ...Object.fromEntries(fields),
  };
};

const stateReason = (state: InstanceState) => {
  if (state !== 'stopping' && state !== 'stopped') return {};
  const code = 'Client.UserInitiatedShutdown';
  return { StateReason: { Code: code, Message: `${code}: User initiated shutdown` } };
};

/** The attributes of an instance that DescribeInstances leaves out, by their names in a request. */
const PROTECTIONS = { disableApiStop: 'DisableApiStop', disableApiTermination: 'DisableApiTermination' } as const;
const STOP_PROTECTED = z.object({ [PROTECTIONS.disableApiStop]: z.object({ Value: z.literal(true) }) });

/** Whether an instance may be stopped or terminated, as DescribeInstanceAttribute shows it. */
export const describeProtection = ({ id, fields }: SimulatedInstance, attribute: keyof typeof PROTECTIONS) => ({
  InstanceId: id,
  [PROTECTIONS[attribute]]: fields[PROTECTIONS[attribute]] ?? { Value: false },
});

/** Whether StopInstances is refused. */
export const isStopProtected = ({ fields }: SimulatedInstance): boolean => STOP_PROTECTED.safeParse(fields).success;

/** The root volume of an instance as DescribeVolumes shows it. */
export const describeVolume = ({ id, zone }: SimulatedInstance) => ({
  VolumeId: `vol-${id.slice(2)}`,
  Size: 30,
  VolumeType: 'gp3',
  State: 'in-use',
  Encrypted: false,
  AvailabilityZone: zone,
  Attachments: [{ InstanceId: id, Device: '/dev/xvda', State: 'attached', DeleteOnTermination: true }],
});

/** An instance as DescribeInstanceStatus shows it. */
export const describeStatus = (instance: SimulatedInstance, state: State) => {
  const current = instanceStateOf(instance, state);
  const checks =
    current === 'running'
      ? state.fleet.checksAt(instance, state.now())
      : { system: 'not-applicable', instance: 'not-applicable' };
  const summary = (status: string) => ({
    Status: status,
    Details: DETAILS[status] === undefined ? [] : [{ Name: 'reachability', Status: DETAILS[status] }],
  });
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    Events: [],
    InstanceState: stateShape(current),
    InstanceStatus: summary(checks.instance),
    SystemStatus: summary(checks.system),
  };
};

const DETAILS: Readonly<Record<string, string>> = { ok: 'passed', impaired: 'failed', initializing: 'initializing' };

/** An instance type as DescribeInstanceTypes shows it. */
export const describeType = (name: string, state: State) => {
  const {
    vcpus = 0,
    memoryGiB = 0,
    architecture = 'x86_64',
    instanceStore = false,
  } = state.fleet.types.get(name) ?? {};
  return {
    InstanceType: name,
    CurrentGeneration: true,
    FreeTierEligible: false,
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedVirtualizationTypes: ['hvm'],
    BareMetal: false,
    Hypervisor: 'nitro',
    ProcessorInfo: { SupportedArchitectures: [architecture], SustainedClockSpeedInGhz: 3.1 },
    VCpuInfo: { DefaultVCpus: vcpus, DefaultCores: Math.max(1, vcpus / 2), DefaultThreadsPerCore: 2 },
    MemoryInfo: { SizeInMiB: memoryGiB * 1024 },
    InstanceStorageSupported: instanceStore,
    EbsInfo: { EbsOptimizedSupport: 'default', EncryptionSupport: 'supported', NvmeSupport: 'required' },
    NetworkInfo: { NetworkPerformance: 'Up to 12.5 Gigabit', EnaSupport: 'required', MaximumNetworkInterfaces: 4 },
    HibernationSupported: true,
    BurstablePerformanceSupported: name.startsWith('t'),
    AutoRecoverySupported: true,
  };
};

const privateAddress = (id: string): string => {
  const [a, b] = [id.slice(-4, -2), id.slice(-2)].map((hex) => parseInt(hex, 16) % 250);
  return `10.0.${(a ?? 0) + 1}.${(b ?? 0) + 4}`;
};
