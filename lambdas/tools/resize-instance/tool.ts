import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { cutPercent, growPercent, peakUsePercentAfter } from '../aws/capacity.ts';
import { readInstance, targetOfInstance } from '../aws/ec2-instance.ts';
import { instanceConfiguration } from '../aws/instance-configuration.ts';
import { readInstanceType } from '../aws/instance-types.ts';
import { peakPercent } from '../aws/metrics.ts';
import { changeTool } from '../tool.ts';
import { DOWNTIME_SECONDS, dryRunResize } from './dry-run.ts';
import { assertResizable, assertCompatible } from './compatibility.ts';
import { dimensionsOf } from './dimensions.ts';
import { lossesOf } from './losses.ts';
import { manifest } from './manifest.ts';
import { resizeInstance } from './resize.ts';
import { instanceGuards } from '../aws/guard-metrics.ts';

const State = z.strictObject({ instanceType: z.string(), state: z.string() });

export const tool = changeTool(manifest, State, {
  async describe({ instanceId }, { cloud }) {
    const instance = await readInstance(cloud, instanceId);
    assertResizable(instance);
    return {
      target: targetOfInstance(instance, cloud.region),
      state: { instanceType: instance.type, state: instance.state },
    };
  },

  configuration: ({ instanceId }, { cloud }) => instanceConfiguration(cloud, instanceId),

  /** A stopped instance is accepted too, because rollback must restart one that the change left stopped. */
  predict({ instanceId, instanceType }, before) {
    if (!['running', 'stopped'].includes(before.state))
      throw new ToolRefusal(`${instanceId} is ${before.state}; wait until it is running.`);
    if (instanceType === before.instanceType && before.state === 'running')
      throw new ToolRefusal(`${instanceId} already is a ${instanceType}.`);
    return { instanceType, state: 'running' };
  },

  async facts({ input: { instanceId }, before, after }, { cloud, clock }) {
    const [from, to] = [
      await readInstanceType(cloud, before.instanceType),
      await readInstanceType(cloud, after.instanceType),
    ];
    assertCompatible(await readInstance(cloud, instanceId), to);
    const metric = { namespace: 'AWS/EC2', metric: 'CPUUtilization', dimensions: { InstanceId: instanceId } };
    const { vcpus, memory, gpus, others } = dimensionsOf(from, to);
    const cut = cutPercent(vcpus, memory, ...others);
    return {
      cutPercent: cut,
      growPercent: growPercent(vcpus, memory, gpus),
      peakUsePercentAfter: peakUsePercentAfter(await peakPercent(cloud, clock.now(), metric), vcpus, cut > 0),
      cpuMillicoresAfter: to.vcpus * 1000,
      memoryMiBAfter: to.memoryMiB,
      cpuCutPercent: cutPercent(vcpus),
      memoryCutPercent: cutPercent(memory),
      fleetSize: 1,
      fleetAffectedPercent: 100,
      inServiceAfter: 0,
      downtimeSeconds: DOWNTIME_SECONDS,
    };
  },

  async losses({ input: { instanceId }, before }, { cloud }) {
    return lossesOf(await readInstance(cloud, instanceId), await readInstanceType(cloud, before.instanceType));
  },

  dryRun: dryRunResize,

  apply: ({ input, before, after }, context) =>
    resizeInstance({ instanceId: input.instanceId, from: before.instanceType, to: after.instanceType }, context),

  isHalfWay: ({ before, after }, now) =>
    ['stopping', 'stopped', 'pending'].includes(now.state) &&
    [before.instanceType, after.instanceType].includes(now.instanceType),

  postCondition({ input, after }, now) {
    const holds = now.instanceType === after.instanceType && now.state === after.state;
    return {
      holds,
      detail: `${input.instanceId} is a ${now.instanceType} and ${now.state}, expected ${after.instanceType} and ${after.state}`,
    };
  },

  guards: ({ target }, context, since) => instanceGuards(target, context, since),

  inverse({ input: { instanceId }, before: { instanceType } }) {
    const says = `Resize ${instanceId} back to ${instanceType}: stopped and started once more, about ${DOWNTIME_SECONDS} s.`;
    return { reversible: true, input: { instanceId, instanceType, why: `Undo: back to ${instanceType}.` }, says };
  },
});
