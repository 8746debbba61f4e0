import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { command, type ServiceCommands } from './command.ts';

/** EC2 calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new EC2Client(connection),
  commands: {
    DescribeInstances: command(DescribeInstancesCommand),
    DescribeInstanceStatus: command(DescribeInstanceStatusCommand),
    DescribeInstanceTypeOfferings: command(DescribeInstanceTypeOfferingsCommand),
    DescribeInstanceTypes: command(DescribeInstanceTypesCommand),
    DescribeVolumes: command(DescribeVolumesCommand),
    ModifyInstanceAttribute: command(ModifyInstanceAttributeCommand),
    RebootInstances: command(RebootInstancesCommand),
    StartInstances: command(StartInstancesCommand),
    StopInstances: command(StopInstancesCommand),
  },
};
