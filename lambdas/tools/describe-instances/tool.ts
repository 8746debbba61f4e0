import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws } from '../aws/call-aws.ts';
import { groupOf, readInstances, type Ec2Instance } from '../aws/ec2-instance.ts';
import { readInstanceTypes, type InstanceType } from '../aws/instance-types.ts';
import { environmentOf } from '../environment.ts';
import { utc } from '../aws/format.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

export const tool = observeTool(manifest, async ({ instanceIds }, { cloud }) => {
  const instances = await readInstances(cloud, instanceIds);
  if (instances.length === 0) return `There are no such instances in ${cloud.region} of account ${cloud.account}.`;
  const checks = await readStatusChecks(cloud, instanceIds);
  const types = await readInstanceTypes(
    cloud,
    instances.map(({ type }) => type),
  );
  return instances.map((instance) => textOf(instance, types.get(instance.type), checks.get(instance.id))).join('\n\n');
});

const Summary = z.object({ Status: z.string() });
const Statuses = z.object({
  InstanceStatuses: z
    .array(
      z.object({
        InstanceId: z.string(),
        SystemStatus: Summary,
        InstanceStatus: Summary,
        Events: z.array(z.object({ Code: z.string(), Description: z.string().default('') })).default([]),
      }),
    )
    .default([]),
});
type StatusChecks = z.output<typeof Statuses>['InstanceStatuses'][number];

const readStatusChecks = async (cloud: Cloud, ids: readonly string[]): Promise<Map<string, StatusChecks>> => {
  const input = { InstanceIds: [...ids], IncludeAllInstances: true };
  const { InstanceStatuses } = await callAws(
    cloud,
    { service: 'ec2', command: 'DescribeInstanceStatus', input },
    Statuses,
  );
  return new Map(InstanceStatuses.map((status) => [status.InstanceId, status]));
};

const textOf = (instance: Ec2Instance, type: InstanceType | undefined, checks: StatusChecks | undefined): string => {
  const size = type ? ` (${type.vcpus} vCPU, ${type.memoryMiB} MiB, ${instance.architecture})` : '';
  const tags = Object.entries(instance.tags).map(([key, value]) => `${key}=${value}`);
  const reason = instance.state === 'running' ? '' : ` (${instance.stateReason?.Message ?? 'no reason given'})`;
  return [
    `${instance.id} is ${instance.state}${reason}, ${instance.type}${size}`,
    checks
      ? `status checks: system ${checks.SystemStatus.Status}, instance ${checks.InstanceStatus.Status}`
      : 'status checks: none reported',
    ...(checks?.Events ?? []).map(({ Code, Description }) => `scheduled event: ${Code} ${Description}`),
    `zone ${instance.zone}, launched ${utc(instance.launchTime)}, ${instance.platform}${instance.spot ? ', Spot' : ''}, root device ${instance.rootDevice}`,
    `Auto Scaling group: ${groupOf(instance) ?? 'none'}; environment: ${environmentOf(instance.tags)}`,
    `tags: ${tags.join(', ') || 'none'}`,
  ].join('\n');
};
