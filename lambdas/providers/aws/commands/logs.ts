import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** CloudWatch Logs calls that tools may name. Its times are numbers: seconds for queries, milliseconds for events. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudWatchLogsClient(connection),
  commands: {
    DescribeLogGroups: sdkCommand(DescribeLogGroupsCommand),
    FilterLogEvents: sdkCommand(FilterLogEventsCommand),
    GetQueryResults: sdkCommand(GetQueryResultsCommand),
    StartQuery: sdkCommand(StartQueryCommand),
    StopQuery: sdkCommand(StopQueryCommand),
  },
};
