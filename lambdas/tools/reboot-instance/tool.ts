import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { readGroup } from '../aws/auto-scaling-group.ts';
import { percentOf } from '../aws/capacity.ts';
import { groupOf, readInstance, targetOfInstance } from '../aws/ec2-instance.ts';
import { ec2DryRun } from '../aws/native-dry-run.ts';
import { changeTool, type ToolContext } from '../tool.ts';
import { manifest } from './manifest.ts';

/** Shutdown (forced after about 60 s), boot, and service start. */
const DOWNTIME_SECONDS = 120;

/** EC2 does not report reboots, and the launch time stays the same. So the state only shows that nothing else changed. */
const State = z.strictObject({ state: z.string(), instanceType: z.string(), launchTime: z.string() });

export const tool = changeTool(manifest, State, {
  async describe({ instanceId }, { cloud }) {
    const instance = await readInstance(cloud, instanceId);
    const { state, type: instanceType, launchTime } = instance;
    return { target: targetOfInstance(instance, cloud.region), state: { state, instanceType, launchTime } };
  },

  predict({ instanceId }, before) {
    if (before.state !== 'running')
      throw new ToolRefusal(`${instanceId} is ${before.state}; only a running instance can be rebooted.`);
    return before;
  },

  async facts({ input }, context) {
    const inService = await fleetInService(input.instanceId, context);
    return {
      cutPercent: 0,
      growPercent: 0,
      fleetSize: inService,
      fleetAffectedPercent: percentOf(1, inService),
      inServiceAfter: inService - 1,
      downtimeSeconds: DOWNTIME_SECONDS,
    };
  },

  async dryRun({ input }, { cloud, change }) {
    const group = groupOf(await readInstance(cloud, input.instanceId));
    const replaced =
      group === undefined ? '' : ` Auto Scaling group ${group} may replace it if health checks fail meanwhile.`;
    return {
      checks: [await ec2DryRun(change, 'RebootInstances', { InstanceIds: [input.instanceId] })],
      cost: { deltaCentsPerMonth: 0, says: 'a reboot costs nothing' },
      disruption: {
        level: 'interrupts',
        says: `About ${DOWNTIME_SECONDS} s without service of ${input.instanceId}; what is only in memory is lost, disks and addresses stay.${replaced}`,
      },
    };
  },

  async apply({ input }, { change }) {
    await change.send({ service: 'ec2', command: 'RebootInstances', input: { InstanceIds: [input.instanceId] } });
  },

  postCondition({ input, before }, now) {
    const same = now.launchTime === before.launchTime && now.instanceType === before.instanceType;
    const detail = `${input.instanceId} is ${now.state}${same ? '' : ', and was changed by someone else meanwhile'}; AWS does not report reboots`;
    return { holds: now.state === 'running' && same, detail };
  },

  inverse: () => ({ reversible: false, says: 'A reboot cannot be undone.' }),
});

/** Instances in service of the Auto Scaling group; 1 for an instance without a group. */
const fleetInService = async (instanceId: string, { cloud }: ToolContext): Promise<number> => {
  const group = groupOf(await readInstance(cloud, instanceId));
  return group === undefined ? 1 : Math.max(1, (await readGroup(cloud, group)).inService);
};
