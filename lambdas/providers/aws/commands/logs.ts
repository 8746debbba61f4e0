import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** CloudWatch Logs calls that tools may name. Their times are numbers: seconds in queries, milliseconds in events. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudWatchLogsClient(connection),
  commands: {
    GetLogEvents: sdkCommand(GetLogEventsCommand),
    GetQueryResults: sdkCommand(GetQueryResultsCommand),
    StartQuery: sdkCommand(StartQueryCommand),
    StopQuery: sdkCommand(StopQueryCommand),
  },
};
