import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** Auto Scaling calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new AutoScalingClient(connection),
  commands: {
    DescribeAutoScalingGroups: sdkCommand(DescribeAutoScalingGroupsCommand),
    DescribePolicies: sdkCommand(DescribePoliciesCommand),
    DescribeScalingActivities: sdkCommand(DescribeScalingActivitiesCommand),
    SetDesiredCapacity: sdkCommand(SetDesiredCapacityCommand),
  },
};
