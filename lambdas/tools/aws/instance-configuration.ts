import * as z from 'zod';
import type { Configuration } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws } from './call-aws.ts';
import { readInstance } from './ec2-instance.ts';

const StopProtection = z.object({ DisableApiStop: z.object({ Value: z.boolean() }) });

/**
 * What a plan for an instance was made for. Its launch time changes at a stop and start; its launch template is in tags
 * that only AWS can set. DescribeInstances does not have the stop protection.
 */
export const instanceConfiguration = async (cloud: Cloud, id: string): Promise<Configuration> => {
  const { configuration, launchTime, zone, tenancy } = await readInstance(cloud, id);
  const input = { InstanceId: id, Attribute: 'disableApiStop' };
  const { DisableApiStop } = await callAws(
    cloud,
    { service: 'ec2', command: 'DescribeInstanceAttribute', input },
    StopProtection,
  );
  return { ...configuration, launchTime, zone, tenancy, stopProtection: DisableApiStop.Value };
};
