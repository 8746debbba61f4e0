import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, iso, paginated, type Command } from '../command.ts';
import type { SimulatedGroup } from '../groups.ts';
import type { State } from '../state.ts';
import { arn, describeActivity, describeGroup } from './autoscaling-shapes.ts';

const Named = z.strictObject({ AutoScalingGroupName: z.string() });

type Name = 'DescribeAutoScalingGroups' | 'DescribeScalingActivities' | 'DescribePolicies' | 'SetDesiredCapacity';

/** EC2 Auto Scaling, as far as the tools use it. */
export const autoscaling: Record<Name, Command> = {
  DescribeAutoScalingGroups: simulatedCommand(
    'autoscaling:DescribeAutoScalingGroups',
    z.strictObject({ AutoScalingGroupNames: z.array(z.string()) }),
    ({ AutoScalingGroupNames: names }, state) => {
      const wanted = [...state.groups.groups.values()].filter((group) => names.includes(group.name));
      return { AutoScalingGroups: wanted.map((group) => describeGroup(group, state)) };
    },
  ),
  DescribeScalingActivities: simulatedCommand(
    'autoscaling:DescribeScalingActivities',
    Named.extend({ MaxRecords: z.int().optional(), NextToken: z.string().optional() }),
    ({ AutoScalingGroupName: name, MaxRecords: size = 100, NextToken: token }, state) => {
      found(name, state);
      const newestFirst = state.groups.activities.filter((activity) => activity.group === name).toReversed();
      const { items, ...more } = paginated(newestFirst, size, token);
      return { Activities: items.map((activity) => describeActivity(activity, state)), ...more };
    },
  ),
  DescribePolicies: simulatedCommand('autoscaling:DescribePolicies', Named, ({ AutoScalingGroupName: name }, state) => {
    found(name, state);
    return { ScalingPolicies: [] };
  }),
  SetDesiredCapacity: simulatedCommand(
    'autoscaling:SetDesiredCapacity',
    Named.extend({ DesiredCapacity: z.int(), HonorCooldown: z.boolean().default(false) }),
    ({ AutoScalingGroupName: name, DesiredCapacity: desired, HonorCooldown: honor }, state) => {
      const group = found(name, state);
      if (desired > group.max)
        throw invalid(
          `New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`,
        );
      if (desired < group.min)
        throw invalid(
          `New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`,
        );
      const last = state.groups.lastActivity(name) ?? -Infinity;
      if (honor && state.now() - last < group.cooldownSeconds * 1000) {
        const says = `Scaling activity initiated at ${iso(last)} is in progress and blocks this action: the group is in its cooldown.`;
        throw new CloudError('ScalingActivityInProgress', says);
      }
      state.groups.scale(group, desired, state.now(), 'a user request explicitly set group desired capacity');
      return {};
    },
    arnOf,
  ),
};

const invalid = (message: string): CloudError => new CloudError('ValidationError', message);

const found = (name: string, state: State): SimulatedGroup => {
  const group = state.groups.groups.get(name);
  if (group === undefined) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup: ${name}`);
  return group;
};

function arnOf({ AutoScalingGroupName: name }: { AutoScalingGroupName: string }, state: State): string[] {
  return [arn(name, state)];
}
