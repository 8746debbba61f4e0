import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { command, type ServiceCommands } from './command.ts';

/** Auto Scaling calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new AutoScalingClient(connection),
  commands: {
    DescribeAutoScalingGroups: command(DescribeAutoScalingGroupsCommand),
    DescribeAutoScalingInstances: command(DescribeAutoScalingInstancesCommand),
    DescribePolicies: command(DescribePoliciesCommand),
    DescribeScalingActivities: command(DescribeScalingActivitiesCommand),
    SetDesiredCapacity: command(SetDesiredCapacityCommand),
    UpdateAutoScalingGroup: command(UpdateAutoScalingGroupCommand),
  },
};
