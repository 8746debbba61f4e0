import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { fleetSizeOf, readGroup, targetOfGroup } from '../aws/auto-scaling-group.ts';
import { cutPercent, growPercent, peakUsePercentAfter, percentOf } from '../aws/capacity.ts';
import { groupConfiguration } from '../aws/group-configuration.ts';
import { peakPercent } from '../aws/metrics.ts';
import { changeTool } from '../tool.ts';
import { dryRunCapacity, isSuspended } from './dry-run.ts';
import { manifest, MOST_INSTANCES } from './manifest.ts';

/** Minimum and maximum are included, because a desired capacity means something else when they change. */
const Capacity = z.strictObject({ desired: z.int(), min: z.int(), max: z.int() });

export const tool = changeTool(manifest, Capacity, {
  async describe(input, { cloud }) {
    const group = await readGroup(cloud, input.group);
    const { desired, min, max } = group;
    return { target: targetOfGroup(group), state: { desired, min, max } };
  },

  configuration: ({ group }, { cloud }) => groupConfiguration(cloud, group),

  predict({ group, desired }, before) {
    const { min, max } = before;
    if (desired < min || desired > max)
      throw new ToolRefusal(
        `${group} allows ${min} to ${max} instances; ${desired} is outside. Only people may change its minimum and maximum.`,
      );
    if (desired === before.desired) throw new ToolRefusal(`${group} already has a desired capacity of ${desired}.`);
    if (before.desired > MOST_INSTANCES)
      throw new ToolRefusal(
        `${group} has a desired capacity of ${before.desired}; an undo can write ${MOST_INSTANCES} back. Say in your conclusion how many would help.`,
      );
    return { ...before, desired };
  },

  async facts({ input, before, after }, { cloud, clock }) {
    const group = await readGroup(cloud, input.group);
    const { inService } = group;
    const metric = {
      namespace: 'AWS/EC2',
      metric: 'CPUUtilization',
      dimensions: { AutoScalingGroupName: input.group },
    };
    const peak = await peakPercent(cloud, clock.now(), metric);
    const instances = { before: before.desired, after: after.desired };
    const leaving = Math.max(0, inService - after.desired);
    const shrinks = after.desired < before.desired;
    return {
      cutPercent: cutPercent(instances),
      growPercent: growPercent(instances),
      peakUsePercentAfter: peakUsePercentAfter(peak, instances, shrinks),
      fleetSize: fleetSizeOf(group),
      fleetAffectedPercent: shrinks ? percentOf(leaving, inService) : 0,
      inServiceAfter: inService - leaving,
      downtimeSeconds: 0,
      unitsRemoved: Math.max(0, before.desired - after.desired),
      instancesAdded: Math.max(0, after.desired - before.desired),
      processSuspended: isSuspended(group, after.desired - before.desired),
    };
  },

  losses: async () => [],

  dryRun: dryRunCapacity,

  async apply({ input }, { change }) {
    const wanted = { AutoScalingGroupName: input.group, DesiredCapacity: input.desired, HonorCooldown: false };
    await change.send({ service: 'autoscaling', command: 'SetDesiredCapacity', input: wanted });
  },

  postCondition({ input, after }, now) {
    const detail = `${input.group} has a desired capacity of ${now.desired}, expected ${after.desired}`;
    return { holds: now.desired === after.desired, detail };
  },

  inverse({ input: { group }, before: { desired } }) {
    const says = `Set the desired capacity of ${group} back to ${desired}; new instances start from the launch template.`;
    return { reversible: true, input: { group, desired, why: `Undo: back to ${desired} instances.` }, says };
  },
});
