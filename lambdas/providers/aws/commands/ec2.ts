import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** EC2 calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new EC2Client(connection),
  commands: {
    DescribeInstanceAttribute: sdkCommand(DescribeInstanceAttributeCommand),
    DescribeInstances: sdkCommand(DescribeInstancesCommand),
    DescribeInstanceStatus: sdkCommand(DescribeInstanceStatusCommand),
    DescribeInstanceTypeOfferings: sdkCommand(DescribeInstanceTypeOfferingsCommand),
    DescribeInstanceTypes: sdkCommand(DescribeInstanceTypesCommand),
    DescribeLaunchTemplates: sdkCommand(DescribeLaunchTemplatesCommand),
    DescribeTags: sdkCommand(DescribeTagsCommand),
    DescribeVolumes: sdkCommand(DescribeVolumesCommand),
    ModifyInstanceAttribute: sdkCommand(ModifyInstanceAttributeCommand),
    RebootInstances: sdkCommand(RebootInstancesCommand),
    StartInstances: sdkCommand(StartInstancesCommand),
    StopInstances: sdkCommand(StopInstancesCommand),
  },
};
