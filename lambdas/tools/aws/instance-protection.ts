import * as z from 'zod';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws } from './call-aws.ts';

const Flag = z.object({ Value: z.boolean() });
const Answers = {
  disableApiStop: z.object({ DisableApiStop: Flag }).transform((answer) => answer.DisableApiStop.Value),
  disableApiTermination: z
    .object({ DisableApiTermination: Flag.default({ Value: false }) })
    .transform((answer) => answer.DisableApiTermination.Value),
};

/** Whether an instance has one of EC2's protections. DescribeInstances does not have them. */
export const isProtected = (cloud: Cloud, id: string, Attribute: keyof typeof Answers): Promise<boolean> =>
  callAws(
    cloud,
    { service: 'ec2', command: 'DescribeInstanceAttribute', input: { InstanceId: id, Attribute } },
    Answers[Attribute],
  );

/**
 * What EC2's own protections mean for a change that stops the instance, or only reboots it. EC2's dry run does not look
 * at them: a protected stop would fail after people were asked.
 */
export const protectionCheck = async (cloud: Cloud, id: string, does: 'stop' | 'reboot'): Promise<DryRunCheck> => {
  const name = 'protection';
  const [stop, termination] = await Promise.all([
    isProtected(cloud, id, 'disableApiStop'),
    isProtected(cloud, id, 'disableApiTermination'),
  ]);
  if (stop && does === 'stop')
    return {
      name,
      outcome: 'refused',
      detail: `${id} has stop protection (disableApiStop), so AWS refuses to stop it. Only a human can turn that off.`,
    };
  const says = [
    ...(stop ? ['stop protection is on; it prevents a stop, not a reboot, but says that an outage of it matters'] : []),
    ...(termination ? [`termination protection is on; it does not prevent a ${does}`] : []),
  ];
  if (says.length === 0) return { name, outcome: 'passed', detail: 'neither stop nor termination protection is on' };
  return { name, outcome: stop ? 'unknown' : 'passed', detail: says.join('; ') };
};
