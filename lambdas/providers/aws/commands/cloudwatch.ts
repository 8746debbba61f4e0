import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** CloudWatch calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudWatchClient(connection),
  commands: {
    DescribeAlarmHistory: sdkCommand(DescribeAlarmHistoryCommand, ['StartDate', 'EndDate']),
    DescribeAlarms: sdkCommand(DescribeAlarmsCommand),
    GetMetricData: sdkCommand(GetMetricDataCommand, ['StartTime', 'EndTime']),
  },
};
