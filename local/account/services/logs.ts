import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { uuid } from '../uuid.ts';
import { simulatedCommand, type Command } from '../command.ts';
import { runInsights } from '../insights.ts';
import type { LogLine, State } from '../state.ts';
import type { LogGroup } from '../world/monitoring.ts';
import { offsetMs } from '../world/time.ts';

type Name = 'GetLogEvents' | 'StartQuery' | 'GetQueryResults' | 'StopQuery';

/** A Logs Insights query takes this long, so that a tool has to poll. */
const QUERY_MS = 1500;

/** GetLogEvents returns at most so many. */
const EVENTS_PER_PAGE = 10_000;

/** CloudWatch Logs, as far as the tools use it. */
export const logs: Record<Name, Command> = {
  GetLogEvents: simulatedCommand(
    'logs:GetLogEvents',
    z.strictObject({
      logGroupName: z.string(),
      logStreamName: z.string(),
      startFromHead: z.boolean(),
      nextToken: z.string().optional(),
    }),
    ({ logGroupName, logStreamName, startFromHead, nextToken = `${startFromHead ? 'f' : 'b'}/0` }, state) => {
      const group = found(logGroupName, state);
      if (group.stream !== logStreamName)
        throw new CloudError('ResourceNotFoundException', 'The specified log stream does not exist.');
      const all = linesOf(group, 0, state.now(), state);
      const at = Number(nextToken.slice(2));
      const end = startFromHead ? Math.min(at + EVENTS_PER_PAGE, all.length) : all.length;
      const events = all.slice(startFromHead ? at : Math.max(0, end - EVENTS_PER_PAGE), end);
      return {
        events: events.map(({ at: timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
        nextForwardToken: `f/${end}`,
        nextBackwardToken: 'b/0',
      };
    },
  ),
  StartQuery: simulatedCommand(
    'logs:StartQuery',
    z.strictObject({
      logGroupName: z.string(),
      startTime: z.int(),
      endTime: z.int(),
      queryString: z.string(),
      limit: z.int().max(10_000).optional(),
    }),
    (input, state) => {
      const group = found(input.logGroupName, state);
      const lines = linesOf(group, input.startTime * 1000, input.endTime * 1000, state);
      const sourced = lines.map((line) => ({ ...line, group: group.name, stream: group.stream }));
      const answer = runInsights(input.queryString, sourced, input.limit);
      const queryId = uuid(`query ${state.queries.size}`);
      state.queries.set(queryId, { startedAt: state.now(), stopped: false, answer });
      return { queryId };
    },
  ),
  GetQueryResults: simulatedCommand(
    'logs:GetQueryResults',
    z.strictObject({ queryId: z.string() }),
    ({ queryId }, state) => {
      const query = queryOf(queryId, state);
      const running = state.now() - query.startedAt < QUERY_MS;
      const { results, matched, scanned } = query.answer;
      return {
        queryLanguage: 'CWLI',
        results: running ? [] : results,
        statistics: {
          recordsMatched: running ? 0 : matched,
          recordsScanned: running ? 0 : scanned,
          bytesScanned: running ? 0 : scanned * 120,
        },
        status: query.stopped ? 'Cancelled' : running ? 'Running' : 'Complete',
      };
    },
  ),
  StopQuery: simulatedCommand('logs:StopQuery', z.strictObject({ queryId: z.string() }), ({ queryId }, state) => {
    const query = queryOf(queryId, state);
    const running = state.now() - query.startedAt < QUERY_MS;
    if (running) query.stopped = true;
    return { success: running };
  }),
};

const found = (name: string, state: State): LogGroup => {
  const group = state.world.logs.find((one) => one.name === name);
  if (group === undefined) throw new CloudError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
};

const queryOf = (id: string, state: State) => {
  const query = state.queries.get(id);
  if (query === undefined) throw new CloudError('ResourceNotFoundException', `Query ${id} does not exist.`);
  return query;
};

/** Lines of a group within a time, oldest first, as far as simulated time has come. */
const linesOf = (group: LogGroup, from: number, to: number, state: State): LogLine[] => {
  const origin = Date.parse(state.world.now);
  const lines = group.lines.flatMap(({ at, every, until, message }) => {
    const first = origin + offsetMs(at);
    if (every === undefined) return [{ at: first, message }];
    const count = Math.floor((origin + offsetMs(until) - first) / offsetMs(`+${every}`)) + 1;
    return Array.from({ length: Math.max(count, 0) }, (_, n) => ({ at: first + n * offsetMs(`+${every}`), message }));
  });
  return lines.filter((line) => line.at >= from && line.at <= Math.min(to, state.now())).sort((a, b) => a.at - b.at);
};
