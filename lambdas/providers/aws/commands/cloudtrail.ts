import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** CloudTrail calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudTrailClient(connection),
  commands: {
    LookupEvents: sdkCommand(LookupEventsCommand, ['StartTime', 'EndTime']),
  },
};
