import type { JsonObject } from '../../../lambdas/contracts/json.ts';

/** Responses as the SDK returns them, shortened; `more` overrides or adds fields. */

export const ID = 'i-0123456789abcdef0';

export const instanceAnswer = (more: JsonObject = {}): JsonObject => ({
  InstanceId: ID,
  InstanceType: 'm7i.large',
  State: { Code: 16, Name: 'running' },
  LaunchTime: '2026-10-01T08:00:00.000Z',
  Placement: { AvailabilityZone: 'eu-west-1a', Tenancy: 'default' },
  Architecture: 'x86_64',
  RootDeviceType: 'ebs',
  PlatformDetails: 'Linux/UNIX',
  EnaSupport: true,
  Tags: [
    { Key: 'Name', Value: 'checkout-1' },
    { Key: 'Environment', Value: 'Staging' },
  ],
  ...more,
});

export const instances = (...all: JsonObject[]): JsonObject => ({
  Reservations: [{ OwnerId: '123456789012', ReservationId: 'r-1', Instances: all }],
});

const instanceType = (name: string, vcpus: number, memoryMiB: number, more: JsonObject = {}): JsonObject => ({
  InstanceType: name,
  VCpuInfo: { DefaultVCpus: vcpus, DefaultCores: vcpus / 2 },
  MemoryInfo: { SizeInMiB: memoryMiB },
  ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
  InstanceStorageSupported: false,
  NetworkInfo: { EnaSupport: 'required' },
  ...more,
});

const gpus = (count: number, memoryMiB: number): JsonObject => ({
  GpuInfo: { Gpus: [{ Name: 'GPU', Count: count }], TotalGpuMemoryInMiB: memoryMiB },
});
const network = ({ cards = [], says = 'Up to 12.5 Gigabit' }: { cards?: number[]; says?: string }): JsonObject => ({
  NetworkInfo: {
    EnaSupport: 'supported',
    NetworkPerformance: says,
    NetworkCards: cards.map((BaselineBandwidthInGbps, NetworkCardIndex) => ({
      NetworkCardIndex,
      BaselineBandwidthInGbps,
    })),
  },
});

const TYPES = [
  instanceType('m7i.large', 2, 8192, network({ cards: [0.781] })),
  instanceType('m7i.xlarge', 4, 16_384),
  instanceType('c7i.large', 2, 4096),
  instanceType('t3.small', 2, 2048),
  instanceType('m7g.large', 2, 8192, { ProcessorInfo: { SupportedArchitectures: ['arm64'] } }),
  instanceType('m5d.large', 2, 8192, { InstanceStorageSupported: true }),
  instanceType('t3.medium', 2, 8192, { BurstablePerformanceSupported: true }),
  instanceType('t3.large', 2, 8192, { BurstablePerformanceSupported: true }),
  instanceType('t9.large', 2, 8192, { BurstablePerformanceSupported: true }),
  instanceType('g6.12xlarge', 48, 196_608, gpus(4, 91_553)),
  instanceType('g6.16xlarge', 64, 262_144, gpus(1, 91_553)),
  instanceType('g5.xlarge', 4, 16_384, gpus(1, 22_888)),
  instanceType('g6f.xlarge', 4, 16_384, gpus(1, 2861)),
  instanceType('m5n.large', 2, 8192, network({ cards: [2.1] })),
  instanceType('old.large', 2, 8192, network({ says: '10 Gigabit' })),
  instanceType('older.large', 2, 8192, network({ says: 'Up to 1 Gigabit' })),
  instanceType('t1.large', 2, 8192, network({ says: 'Moderate' })),
];

/** DescribeInstanceTypes over a few types. */
export const instanceTypes = ({ InstanceTypes: wanted }: JsonObject): JsonObject => ({
  InstanceTypes: TYPES.filter(
    ({ InstanceType: name }) => Array.isArray(wanted) && name !== undefined && wanted.includes(name),
  ),
});

const DOLLARS_PER_HOUR: Readonly<Record<string, string>> = {
  'm7i.large': '0.1000000000',
  'm7i.xlarge': '0.2000000000',
  't3.small': '0.0200000000',
};

const product = (USD: string): string =>
  JSON.stringify({
    product: { productFamily: 'Compute Instance' },
    terms: {
      OnDemand: { 'SKU.TERM': { priceDimensions: { 'SKU.TERM.RATE': { unit: 'Hrs', pricePerUnit: { USD } } } } },
      Reserved: {},
    },
  });

/** GetProducts over a few types. */
export const products = ({ Filters }: JsonObject): JsonObject => {
  const text = JSON.stringify(Filters);
  const hit = Object.entries(DOLLARS_PER_HOUR).find(([name]) => text.includes(`"${name}"`));
  return { FormatVersion: 'aws_v1', PriceList: hit ? [product(hit[1])] : [] };
};

/** GetMetricData with the same datapoints, five minutes apart, for each requested statistic. */
export const metricDataAnswer =
  (...values: number[]) =>
  ({ MetricDataQueries: queries }: JsonObject): JsonObject => ({
    MetricDataResults: (Array.isArray(queries) ? queries : []).map((_query, index) => ({
      Id: `s${index}`,
      Label: 'CPUUtilization',
      Timestamps: values.map((_value, nth) =>
        new Date(Date.parse('2026-11-02T01:00:00.000Z') + nth * 300_000).toISOString(),
      ),
      Values: values,
      StatusCode: 'Complete',
    })),
  });

export const member = (id: string, more: JsonObject = {}): JsonObject => ({
  InstanceId: id,
  InstanceType: 'm7i.large',
  AvailabilityZone: 'eu-west-1a',
  LifecycleState: 'InService',
  HealthStatus: 'Healthy',
  ProtectedFromScaleIn: false,
  ...more,
});

export const group = (more: JsonObject = {}): JsonObject => ({
  AutoScalingGroupName: 'web',
  AutoScalingGroupARN: 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0a1b2c3d:autoScalingGroupName/web',
  MinSize: 2,
  MaxSize: 8,
  DesiredCapacity: 4,
  HealthCheckType: 'ELB',
  Instances: ['i-0000000a', 'i-0000000b', 'i-0000000c', 'i-0000000d'].map((id) => member(id)),
  SuspendedProcesses: [],
  Tags: [
    { Key: 'env', Value: 'production', ResourceId: 'web', ResourceType: 'auto-scaling-group', PropagateAtLaunch: true },
  ],
  ...more,
});

export const groups = (...all: JsonObject[]): JsonObject => ({ AutoScalingGroups: all });
