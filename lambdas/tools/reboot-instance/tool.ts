import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Facts } from '../../contracts/facts.ts';
import { fleetSizeOf, readGroup } from '../aws/auto-scaling-group.ts';
import { percentOf } from '../aws/capacity.ts';
import { groupOf, readInstance, targetOfInstance } from '../aws/ec2-instance.ts';
import { instanceConfiguration } from '../aws/instance-configuration.ts';
import { protectionCheck } from '../aws/instance-protection.ts';
import { ec2DryRun } from '../aws/native-dry-run.ts';
import { changeTool, type ToolContext } from '../tool.ts';
import { manifest } from './manifest.ts';
import { instanceGuards } from '../aws/guard-metrics.ts';

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

  configuration: ({ instanceId }, { cloud }) => instanceConfiguration(cloud, instanceId),

  predict({ instanceId }, before) {
    if (before.state !== 'running')
      throw new ToolRefusal(`${instanceId} is ${before.state}; only a running instance can be rebooted.`);
    return before;
  },

  async facts({ input }, context) {
    return {
      ...(await fleetFacts(input.instanceId, context)),
      downtimeSeconds: DOWNTIME_SECONDS,
    };
  },

  losses: async () => [],

  async dryRun({ input }, { cloud, change }) {
    const group = groupOf(await readInstance(cloud, input.instanceId));
    const replaced =
      group === undefined ? '' : ` Auto Scaling group ${group} may replace it if health checks fail meanwhile.`;
    return {
      checks: [
        await protectionCheck(cloud, input.instanceId, 'reboot'),
        await ec2DryRun(change, 'RebootInstances', { InstanceIds: [input.instanceId] }, 'first'),
      ],
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

  guards: ({ target }, context, since) => instanceGuards(target, context, since),

  inverse: () => ({ reversible: false, says: 'A reboot cannot be undone.' }),
});

/** The fleet is the Auto Scaling group, or the instance alone. A member that is not in service takes nothing away. */
const fleetFacts = async (instanceId: string, { cloud }: ToolContext): Promise<Facts> => {
  const name = groupOf(await readInstance(cloud, instanceId));
  if (name === undefined) return { fleetSize: 1, fleetAffectedPercent: 100, inServiceAfter: 0 };
  const group = await readGroup(cloud, name);
  const member = group.instances.find(({ id }) => id === instanceId);
  const leaving = member === undefined || member.lifecycle === 'InService' ? 1 : 0;
  return {
    fleetSize: Math.max(1, fleetSizeOf(group)),
    fleetAffectedPercent: percentOf(leaving, group.inService),
    inServiceAfter: Math.max(0, group.inService - leaving),
  };
};
