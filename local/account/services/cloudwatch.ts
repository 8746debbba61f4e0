import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, nextToken, paginated, Time, type Command } from '../command.ts';
import type { State } from '../state.ts';
import { describeAlarm, describeComposite, dimensionsOf, historyItem } from './cloudwatch-shapes.ts';
import { metricData, MetricDataQuery } from './metric-data.ts';

const Paged = { MaxRecords: z.int().optional(), NextToken: z.string().optional() };

type Name = 'DescribeAlarms' | 'DescribeAlarmHistory' | 'GetMetricData' | 'ListMetrics';

/** CloudWatch, as far as the tools use it. */
export const cloudwatch: Record<Name, Command> = {
  DescribeAlarms: simulatedCommand(
    'cloudwatch:DescribeAlarms',
    z.strictObject({
      AlarmNames: z.array(z.string()).optional(),
      AlarmNamePrefix: z.string().optional(),
      AlarmTypes: z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']),
      StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
      ...Paged,
    }),
    (
      {
        AlarmNames: names,
        AlarmNamePrefix: prefix = '',
        AlarmTypes: types,
        StateValue: value,
        MaxRecords: size = 50,
        NextToken: token,
      },
      state,
    ) => {
      const wanted = state.alarms.definitions
        .filter((alarm) => (names?.includes(alarm.name) ?? true) && alarm.name.startsWith(prefix))
        .filter((alarm) => types.includes(alarm.rule === undefined ? 'MetricAlarm' : 'CompositeAlarm'))
        .filter(
          (alarm) => value === undefined || state.alarms.history(alarm.name, state.now()).at(-1)?.value === value,
        );
      const { items, next } = paginated(wanted, size, token);
      return {
        MetricAlarms: items.filter((alarm) => alarm.rule === undefined).map((alarm) => describeAlarm(alarm, state)),
        CompositeAlarms: items
          .filter((alarm) => alarm.rule !== undefined)
          .map((alarm) => describeComposite(alarm, state)),
        ...nextToken(next),
      };
    },
  ),
  DescribeAlarmHistory: simulatedCommand(
    'cloudwatch:DescribeAlarmHistory',
    z.strictObject({
      AlarmName: z.string().optional(),
      AlarmTypes: z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']),
      HistoryItemType: z.string().optional(),
      StartDate: Time.optional(),
      EndDate: Time.optional(),
      ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
      ...Paged,
    }),
    (input, state) => {
      const items = state.alarms.definitions
        .filter((alarm) => alarm.name === (input.AlarmName ?? alarm.name))
        .filter((alarm) => input.AlarmTypes.includes(alarm.rule === undefined ? 'MetricAlarm' : 'CompositeAlarm'))
        .filter(() => (input.HistoryItemType ?? 'StateUpdate') === 'StateUpdate')
        .flatMap((alarm) => transitions(alarm.name, state).map(([was, is]) => historyItem(alarm, was, is)))
        .filter(({ at }) => at >= (input.StartDate ?? 0) && at <= (input.EndDate ?? Infinity))
        .sort((a, b) => (input.ScanBy === 'TimestampAscending' ? a.at - b.at : b.at - a.at));
      const { items: shown, next } = paginated(items, input.MaxRecords ?? 100, input.NextToken);
      return { AlarmHistoryItems: shown.map(({ item }) => item), ...nextToken(next) };
    },
  ),
  GetMetricData: simulatedCommand(
    'cloudwatch:GetMetricData',
    z.strictObject({
      MetricDataQueries: z.array(MetricDataQuery).min(1).max(500),
      StartTime: Time,
      EndTime: Time,
      ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
      MaxDatapoints: z.int().optional(),
      LabelOptions: z.strictObject({ Timezone: z.string() }).optional(),
      NextToken: z.string().optional(),
    }),
    ({ MetricDataQueries: queries, StartTime: from, EndTime: to, ScanBy: order }, state) => {
      if (from >= to)
        throw new CloudError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
      return { MetricDataResults: metricData(queries, { from, to, order }, state), Messages: [] };
    },
  ),
  ListMetrics: simulatedCommand(
    'cloudwatch:ListMetrics',
    z.strictObject({
      Namespace: z.string().optional(),
      MetricName: z.string().optional(),
      Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string().optional() })).default([]),
      RecentlyActive: z.enum(['PT3H']).optional(),
      NextToken: z.string().optional(),
    }),
    ({ Namespace: namespace, MetricName: name, Dimensions: dimensions, NextToken: token }, state) => {
      const wanted = state.metrics
        .list()
        .filter(
          (metric) =>
            metric.namespace === (namespace ?? metric.namespace) &&
            metric.name === (name ?? metric.name) &&
            dimensions.every(
              (one) =>
                one.Name in metric.dimensions &&
                metric.dimensions[one.Name] === (one.Value ?? metric.dimensions[one.Name]),
            ),
        );
      const { items, next } = paginated(wanted, 500, token);
      const metrics = items.map((metric) => ({
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: dimensionsOf(metric.dimensions),
      }));
      return { Metrics: metrics, ...nextToken(next) };
    },
  ),
};

const transitions = (alarm: string, state: State) => {
  const history = state.alarms.history(alarm, state.now());
  return history.slice(1).flatMap((is, n) => {
    const was = history[n];
    return was === undefined ? [] : [[was, is] as const];
  });
};
