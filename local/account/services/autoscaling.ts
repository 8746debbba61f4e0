import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, iso, nextToken, paginated, type Command } from '../command.ts';
import type { SimulatedGroup } from '../groups.ts';
import type { State } from '../state.ts';
import { arn, describeActivity, describeGroup, describeMember, membersOf } from './autoscaling-shapes.ts';

const Paged = { MaxRecords: z.int().optional(), NextToken: z.string().optional() };
const Named = z.strictObject({ AutoScalingGroupName: z.string() });

type Name =
  | 'DescribeAutoScalingGroups'
  | 'DescribeAutoScalingInstances'
  | 'DescribeScalingActivities'
  | 'DescribePolicies'
  | 'SetDesiredCapacity'
  | 'UpdateAutoScalingGroup';

/** EC2 Auto Scaling, as far as the tools use it. */
export const autoscaling: Record<Name, Command> = {
  DescribeAutoScalingGroups: simulatedCommand(
    'autoscaling:DescribeAutoScalingGroups',
    z.strictObject({ AutoScalingGroupNames: z.array(z.string()).optional(), ...Paged }),
    ({ AutoScalingGroupNames: names, MaxRecords: size = 50, NextToken: token }, state) => {
      const wanted = [...state.groups.groups.values()].filter((group) => names?.includes(group.name) ?? true);
      const { items, next } = paginated(wanted, size, token);
      return { AutoScalingGroups: items.map((group) => describeGroup(group, state)), ...nextToken(next) };
    },
  ),
  DescribeAutoScalingInstances: simulatedCommand(
    'autoscaling:DescribeAutoScalingInstances',
    z.strictObject({ InstanceIds: z.array(z.string()).optional(), ...Paged }),
    ({ InstanceIds: ids, MaxRecords: size = 50, NextToken: token }, state) => {
      const members = [...state.groups.groups.values()].flatMap((group) =>
        membersOf(group, state).map((instance) => ({
          ...describeMember(instance, state),
          AutoScalingGroupName: group.name,
        })),
      );
      const { items, next } = paginated(
        members.filter((member) => ids?.includes(member.InstanceId) ?? true),
        size,
        token,
      );
      return { AutoScalingInstances: items, ...nextToken(next) };
    },
  ),
  DescribeScalingActivities: simulatedCommand(
    'autoscaling:DescribeScalingActivities',
    z.strictObject({ AutoScalingGroupName: z.string().optional(), ...Paged }),
    ({ AutoScalingGroupName: name, MaxRecords: size = 100, NextToken: token }, state) => {
      if (name !== undefined) found(name, state);
      const newestFirst = state.groups.activities
        .filter((activity) => name === undefined || activity.group === name)
        .toReversed();
      const { items, next } = paginated(newestFirst, size, token);
      return { Activities: items.map((activity) => describeActivity(activity, state)), ...nextToken(next) };
    },
  ),
  DescribePolicies: simulatedCommand(
    'autoscaling:DescribePolicies',
    Named.extend({ PolicyTypes: z.array(z.string()).optional(), ...Paged }),
    ({ AutoScalingGroupName: name }, state) => {
      found(name, state);
      return { ScalingPolicies: [] };
    },
  ),
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
  UpdateAutoScalingGroup: simulatedCommand(
    'autoscaling:UpdateAutoScalingGroup',
    Named.extend({ MinSize: z.int().optional(), MaxSize: z.int().optional(), DesiredCapacity: z.int().optional() }),
    ({ AutoScalingGroupName: name, MinSize, MaxSize, DesiredCapacity }, state) => {
      const group = found(name, state);
      const [min, max] = [MinSize ?? group.min, MaxSize ?? group.max];
      if (max < min) throw invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
      if (DesiredCapacity !== undefined && (DesiredCapacity < min || DesiredCapacity > max)) {
        throw invalid(
          `Desired capacity:${DesiredCapacity} must be between the specified min size:${min} and max size:${max}`,
        );
      }
      group.min = min;
      group.max = max;
      const desired = DesiredCapacity ?? Math.min(Math.max(group.desired, min), max);
      const why = `a user request update of AutoScalingGroup constraints to min: ${min}, max: ${max}, desired: ${desired}`;
      if (desired !== group.desired) state.groups.scale(group, desired, state.now(), why);
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
