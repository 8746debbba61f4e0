import * as z from 'zod';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { callAws } from './call-aws.ts';

const GpuInfo = z.object({
  Gpus: z.array(z.object({ Count: z.number().default(0) })).default([]),
  TotalGpuMemoryInMiB: z.number().default(0),
});
const NetworkInfo = z.object({
  EnaSupport: z.string().default('unsupported'),
  NetworkPerformance: z.string().default(''),
  NetworkCards: z.array(z.object({ BaselineBandwidthInGbps: z.number().optional() })).default([]),
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
const megabits = (gigabits: number): number => Math.round(gigabits * 1000);

/**
 * Megabits per second: what is always there, and the number in EC2's description (`Up to 12.5 Gigabit`). Null where EC2
 * gives none (`Moderate`).
 */
const networkOf = ({ NetworkCards, NetworkPerformance }: z.output<typeof NetworkInfo>) => {
  const cards = NetworkCards.flatMap(({ BaselineBandwidthInGbps }) => BaselineBandwidthInGbps ?? []);
  const [, count = '1', each] = /^(?:(\d+)x )?(?:Up to )?([\d.]+) Gigabit$/i.exec(NetworkPerformance) ?? [];
  return {
    baselineMbps: cards.length > 0 && cards.length === NetworkCards.length ? megabits(sumOf(cards)) : null,
    describedMbps: each === undefined ? null : megabits(Number(count) * Number(each)),
  };
};

const InstanceType = z
  .object({
    InstanceType: z.string(),
    VCpuInfo: z.object({ DefaultVCpus: z.number() }),
    MemoryInfo: z.object({ SizeInMiB: z.number() }),
    ProcessorInfo: z.object({ SupportedArchitectures: z.array(z.string()) }),
    InstanceStorageSupported: z.boolean().default(false),
    BurstablePerformanceSupported: z.boolean().default(false),
    GpuInfo: GpuInfo.prefault({}),
    NetworkInfo: NetworkInfo.prefault({}),
  })
  .transform((raw) => ({
    name: raw.InstanceType,
    vcpus: raw.VCpuInfo.DefaultVCpus,
    memoryMiB: raw.MemoryInfo.SizeInMiB,
    architectures: raw.ProcessorInfo.SupportedArchitectures,
    instanceStore: raw.InstanceStorageSupported,
    burstable: raw.BurstablePerformanceSupported,
    gpus: sumOf(raw.GpuInfo.Gpus.map(({ Count }) => Count)),
    gpuMemoryMiB: raw.GpuInfo.TotalGpuMemoryInMiB,
    network: networkOf(raw.NetworkInfo),
    needsEna: raw.NetworkInfo.EnaSupport === 'required',
  }));

const Answer = z.object({ InstanceTypes: z.array(InstanceType).default([]) });
const Offerings = z.object({ InstanceTypeOfferings: z.array(z.object({ InstanceType: z.string() })).default([]) });

/** An instance type: the fields that tools need. */
export type InstanceType = z.output<typeof InstanceType>;

/** Reads instance types by name. An unknown name is a refusal. */
export const readInstanceTypes = async (cloud: Cloud, names: readonly string[]): Promise<Map<string, InstanceType>> => {
  const input = { InstanceTypes: [...new Set(names)] };
  const request: CloudRequest = { service: 'ec2', command: 'DescribeInstanceTypes', input };
  const { InstanceTypes } = await callAws(cloud, request, Answer).catch(refuseIfUnknown);
  return new Map(InstanceTypes.map((type) => [type.name, type]));
};

/** Reads one instance type. */
export const readInstanceType = async (cloud: Cloud, name: string): Promise<InstanceType> => {
  const type = (await readInstanceTypes(cloud, [name])).get(name);
  if (!type) throw new ToolRefusal(`There is no instance type ${name} in ${cloud.region}.`);
  return type;
};

const refuseIfUnknown = (error: unknown): never => {
  if (error instanceof CloudError && error.code.startsWith('InvalidInstanceType'))
    throw new ToolRefusal(error.awsMessage);
  throw error;
};

/** Whether an Availability Zone offers the type at all. Free capacity cannot be read. */
export const isOffered = async (cloud: Cloud, name: string, zone: string): Promise<boolean> => {
  const Filters = [
    { Name: 'instance-type', Values: [name] },
    { Name: 'location', Values: [zone] },
  ];
  const input = { LocationType: 'availability-zone', Filters };
  const answer = await callAws(cloud, { service: 'ec2', command: 'DescribeInstanceTypeOfferings', input }, Offerings);
  return answer.InstanceTypeOfferings.length > 0;
};
