import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, paginated, Time, type Command } from '../command.ts';
import type { State } from '../state.ts';
import { describeAlarm, describeComposite, historyItem } from './cloudwatch-shapes.ts';
import type { WorldAlarm } from '../world/monitoring.ts';
import { metricData, MetricDataQuery } from './metric-data.ts';

const AlarmTypes = z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']);

type Name = 'DescribeAlarms' | 'DescribeAlarmHistory' | 'GetMetricData';

/** CloudWatch, as far as the tools use it. */
export const cloudwatch: Record<Name, Command> = {
  DescribeAlarms: simulatedCommand(
    'cloudwatch:DescribeAlarms',
    z.strictObject({
      AlarmNames: z.array(z.string()).optional(),
      AlarmTypes,
      ParentsOfAlarmName: z.string().optional(),
      MaxRecords: z.int().min(1).max(100).optional(),
    }),
    ({ AlarmNames: names, AlarmTypes: types, ParentsOfAlarmName: child, MaxRecords: most }, state) => {
      if (child !== undefined) {
        const parents = state.alarms.definitions.filter(
          ({ rule }) => rule !== undefined && namesIn(rule).includes(child),
        );
        const CompositeAlarms = parents.slice(0, most ?? 50).map((alarm) => nameAndArn(alarm, state));
        return { MetricAlarms: [], CompositeAlarms };
      }
      const alarms = state.alarms.definitions.filter(
        (alarm) => (names?.includes(alarm.name) ?? true) && types.includes(typeOf(alarm)),
      );
      return {
        MetricAlarms: alarms.filter((alarm) => alarm.rule === undefined).map((alarm) => describeAlarm(alarm, state)),
        CompositeAlarms: alarms
          .filter((alarm) => alarm.rule !== undefined)
          .map((alarm) => describeComposite(alarm, state)),
      };
    },
  ),
  DescribeAlarmHistory: simulatedCommand(
    'cloudwatch:DescribeAlarmHistory',
    z.strictObject({
      AlarmName: z.string(),
      AlarmTypes,
      HistoryItemType: z.literal('StateUpdate').optional(),
      ScanBy: z.literal('TimestampDescending').optional(),
      MaxRecords: z.int().optional(),
      NextToken: z.string().optional(),
    }),
    ({ AlarmName: name, AlarmTypes: types, MaxRecords: size = 100, NextToken: token }, state) => {
      const newestFirst = state.alarms.definitions
        .filter((alarm) => alarm.name === name && types.includes(typeOf(alarm)))
        .flatMap((alarm) => transitions(alarm.name, state).map(([was, is]) => historyItem(alarm, was, is)))
        .toReversed();
      const { items, ...more } = paginated(newestFirst, size, token);
      return { AlarmHistoryItems: items, ...more };
    },
  ),
  GetMetricData: simulatedCommand(
    'cloudwatch:GetMetricData',
    z.strictObject({
      MetricDataQueries: z.array(MetricDataQuery).min(1).max(500),
      StartTime: Time,
      EndTime: Time,
      ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
    }),
    ({ MetricDataQueries: queries, StartTime: from, EndTime: to, ScanBy: order }, state) => {
      if (from >= to)
        throw new CloudError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
      return { MetricDataResults: metricData(queries, { from, to, order }, state), Messages: [] };
    },
  ),
};

/** Every alarm that a rule names, whatever state it asks for. */
const namesIn = (rule: string): string[] =>
  [...rule.matchAll(/\(\s*["']?([^()"']+?)["']?\s*\)/g)].map(([, name = '']) => name.replace(/^arn:.*:alarm:/, ''));

/** All that CloudWatch says of a parent. */
const nameAndArn = (alarm: WorldAlarm, state: State) => {
  const { AlarmName, AlarmArn } = describeComposite(alarm, state);
  return { AlarmName, AlarmArn };
};

const typeOf = ({ rule }: WorldAlarm) => (rule === undefined ? 'MetricAlarm' : 'CompositeAlarm');

const transitions = (alarm: string, state: State) => {
  const history = state.alarms.history(alarm, state.now());
  return history.slice(1).flatMap((is, n) => {
    const was = history[n];
    return was === undefined ? [] : [[was, is] as const];
  });
};
