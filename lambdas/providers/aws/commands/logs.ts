import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** CloudWatch Logs calls that tools may name. Their times are numbers, in seconds. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudWatchLogsClient(connection),
  commands: {
    GetQueryResults: sdkCommand(GetQueryResultsCommand),
    StartQuery: sdkCommand(StartQueryCommand),
    StopQuery: sdkCommand(StopQueryCommand),
  },
};
