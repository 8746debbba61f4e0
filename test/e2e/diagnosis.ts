import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { isTraceEvent } from '../../lambdas/contracts/events.ts';
import { coloursFor, timelineLines } from '../../bin/io/timeline-lines.ts';
import type { Emulators } from './emulators.ts';
import { CREDENTIALS, REGION } from './paths.ts';
import { tailOf } from './process.ts';
import type { Exchange } from './recording-proxy.ts';

/** Evidence why a scenario failed: traces, failed executions, errors that functions logged, and the end of each emulator's log. */
export const diagnosis = async ({ aws, logs }: Emulators): Promise<string> => {
  const connection = { endpoint: aws.url, region: REGION, credentials: CREDENTIALS };
  const client = new CloudWatchLogsClient(connection);
  const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand());
  const errorLogs = await Promise.all(
    logGroups.map(async ({ logGroupName = '' }) => {
      const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
      const errors = events.flatMap(({ message = '' }) =>
        message.includes('"level":"ERROR"') ? [message.trim()] : [],
      );
      return errors.length === 0 ? [] : [`--- ${logGroupName}`, ...errors.slice(-3)];
    }),
  );
  return [
    ...timelines(aws.exchanges),
    ...(await failures(new SFNClient(connection))),
    ...errorLogs.flat(),
    ...logs.flatMap((log) => [`--- ${log}`, tailOf(log)]),
  ].join('\n');
};

/** Executions that did not succeed, with error and cause. */
const failures = async (states: SFNClient): Promise<string[]> => {
  const { stateMachines = [] } = await states.send(new ListStateMachinesCommand());
  const listed = await Promise.all(
    stateMachines.map(({ stateMachineArn }) => states.send(new ListExecutionsCommand({ stateMachineArn }))),
  );
  const described = await Promise.all(
    listed
      .flatMap(({ executions = [] }) => executions)
      .map(({ executionArn }) => states.send(new DescribeExecutionCommand({ executionArn }))),
  );
  return described.flatMap(({ name = '', status = '', error = '', cause = '' }) =>
    status === 'SUCCEEDED' ? [] : [`--- execution ${name}: ${status} ${error} ${cause}`],
  );
};

const Put = z.object({ Item: z.object({ line: z.object({ S: z.string() }) }) });

/** The trace events in the order in which they were written, one or two lines each. */
const timelines = (passed: readonly Exchange[]): string[] =>
  passed.flatMap(({ headers, body, status }) => {
    if (headers['x-amz-target'] !== 'DynamoDB_20120810.PutItem' || status !== 200) return [];
    const put = Put.safeParse(JSON.parse(body));
    const event: unknown = put.success ? JSON.parse(put.data.Item.line.S) : undefined;
    return isTraceEvent(event) ? timelineLines(event, coloursFor(process.stdout)).map(String) : [];
  });
