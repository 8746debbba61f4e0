import * as z from 'zod';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { callAws } from './call-aws.ts';

const InstanceType = z
  .object({
    InstanceType: z.string(),
    VCpuInfo: z.object({ DefaultVCpus: z.number() }),
    MemoryInfo: z.object({ SizeInMiB: z.number() }),
    ProcessorInfo: z.object({ SupportedArchitectures: z.array(z.string()) }),
    InstanceStorageSupported: z.boolean().default(false),
    NetworkInfo: z.object({ EnaSupport: z.string().default('unsupported') }).prefault({}),
  })
  .transform((raw) => ({
    name: raw.InstanceType,
    vcpus: raw.VCpuInfo.DefaultVCpus,
    memoryMiB: raw.MemoryInfo.SizeInMiB,
    architectures: raw.ProcessorInfo.SupportedArchitectures,
    instanceStore: raw.InstanceStorageSupported,
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
