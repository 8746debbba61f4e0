import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { command, type ServiceCommands } from './command.ts';

/** CloudWatch Logs calls that tools may name. Its times are numbers: seconds for queries, milliseconds for events. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudWatchLogsClient(connection),
  commands: {
    DescribeLogGroups: command(DescribeLogGroupsCommand),
    FilterLogEvents: command(FilterLogEventsCommand),
    GetQueryResults: command(GetQueryResultsCommand),
    StartQuery: command(StartQueryCommand),
    StopQuery: command(StopQueryCommand),
  },
};
