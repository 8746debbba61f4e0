import type { Configuration } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { readInstance } from './ec2-instance.ts';
import { isProtected } from './instance-protection.ts';

/**
 * What a plan for an instance was made for. Its launch time changes at a stop and start; its launch template is in tags
 * that only AWS can set. DescribeInstances does not have the stop protection.
 */
export const instanceConfiguration = async (cloud: Cloud, id: string): Promise<Configuration> => {
  const { configuration, launchTime, zone, tenancy } = await readInstance(cloud, id);
  const stopProtection = await isProtected(cloud, id, 'disableApiStop');
  return { ...configuration, launchTime, zone, tenancy, stopProtection };
};
