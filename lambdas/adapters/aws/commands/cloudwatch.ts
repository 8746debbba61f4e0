import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import { command, type ServiceCommands } from './command.ts';

/** CloudWatch calls that tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new CloudWatchClient(connection),
  commands: {
    DescribeAlarmHistory: command(DescribeAlarmHistoryCommand, ['StartDate', 'EndDate']),
    DescribeAlarms: command(DescribeAlarmsCommand),
    GetMetricData: command(GetMetricDataCommand, ['StartTime', 'EndTime']),
    ListMetrics: command(ListMetricsCommand),
  },
};
