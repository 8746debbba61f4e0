import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { uuid } from '../uuid.ts';
import { simulatedCommand, paginated, type Command } from '../command.ts';
import { runInsights } from '../insights.ts';
import type { LogLine, State } from '../state.ts';
import type { LogGroup } from '../world/monitoring.ts';
import { offsetMs } from '../world/time.ts';

type Name = 'StartQuery' | 'GetQueryResults' | 'StopQuery' | 'DescribeLogGroups' | 'FilterLogEvents';

/** A Logs Insights query takes this long, so that a tool has to poll. */
const QUERY_MS = 1500;

/** CloudWatch Logs, as far as the tools use it. */
export const logs: Record<Name, Command> = {
  StartQuery: simulatedCommand(
    'logs:StartQuery',
    z.strictObject({
      logGroupName: z.string().optional(),
      logGroupNames: z.array(z.string()).optional(),
      logGroupIdentifiers: z.array(z.string()).optional(),
      startTime: z.int(),
      endTime: z.int(),
      queryString: z.string(),
      limit: z.int().max(10_000).optional(),
      queryLanguage: z.literal('CWLI').optional(),
    }),
    (input, state) => {
      const names =
        input.logGroupNames ??
        input.logGroupIdentifiers ??
        (input.logGroupName === undefined ? [] : [input.logGroupName]);
      const groups = names.map((name) => found(name, state));
      const between = { from: input.startTime * 1000, to: input.endTime * 1000 };
      const lines = groups.flatMap((group) =>
        linesOf(group, between, state).map((line) => ({ ...line, group: group.name, stream: group.stream })),
      );
      const answer = runInsights(input.queryString, lines, input.limit);
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
  DescribeLogGroups: simulatedCommand(
    'logs:DescribeLogGroups',
    z.strictObject({
      logGroupNamePrefix: z.string().optional(),
      logGroupNamePattern: z.string().optional(),
      limit: z.int().optional(),
      nextToken: z.string().optional(),
    }),
    ({ logGroupNamePrefix: prefix = '', logGroupNamePattern: part = '', limit = 50, nextToken: token }, state) => {
      const wanted = state.world.logs.filter((group) => group.name.startsWith(prefix) && group.name.includes(part));
      const { items, next } = paginated(wanted, limit, token);
      return {
        logGroups: items.map((group) => describeGroup(group, state)),
        ...(next === undefined ? {} : { nextToken: next }),
      };
    },
  ),
  FilterLogEvents: simulatedCommand(
    'logs:FilterLogEvents',
    z.strictObject({
      logGroupName: z.string(),
      logStreamNames: z.array(z.string()).optional(),
      startTime: z.int().optional(),
      endTime: z.int().optional(),
      filterPattern: z.string().default(''),
      limit: z.int().optional(),
      nextToken: z.string().optional(),
    }),
    (input, state) => {
      const group = found(input.logGroupName, state);
      const between = { from: input.startTime ?? 0, to: input.endTime ?? Infinity };
      const streamed = input.logStreamNames?.includes(group.stream) ?? true;
      const hits = linesOf(group, between, state).filter(
        (line) => streamed && patternMatches(input.filterPattern, line.message),
      );
      const { items, next } = paginated(hits, input.limit ?? 10_000, input.nextToken);
      const events = items.map((line) => ({
        logStreamName: group.stream,
        timestamp: line.at,
        message: line.message,
        ingestionTime: line.at + 800,
        eventId: `3${uuid(`${group.name}${line.at}${line.message}`).replace(/\D/g, '').padEnd(20, '0')}`,
      }));
      return { events, searchedLogStreams: [], ...(next === undefined ? {} : { nextToken: next }) };
    },
  ),
};

const found = (nameOrArn: string, state: State): LogGroup => {
  const group = state.world.logs.find((one) => one.name === nameOrArn || nameOrArn.endsWith(`:log-group:${one.name}`));
  if (group === undefined) throw new CloudError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
};

const queryOf = (id: string, state: State) => {
  const query = state.queries.get(id);
  if (query === undefined) throw new CloudError('ResourceNotFoundException', `Query ${id} does not exist.`);
  return query;
};

/** Lines of a group within a time, oldest first, as far as virtual time has come. */
const linesOf = (group: LogGroup, { from, to }: { from: number; to: number }, state: State): LogLine[] => {
  const origin = Date.parse(state.world.now);
  const lines = group.lines.flatMap(({ at, every, until, message }) => {
    const first = origin + offsetMs(at);
    if (every === undefined) return [{ at: first, message }];
    const count = Math.floor((origin + offsetMs(until) - first) / offsetMs(`+${every}`)) + 1;
    return Array.from({ length: Math.max(count, 0) }, (_, n) => ({ at: first + n * offsetMs(`+${every}`), message }));
  });
  return lines.filter((line) => line.at >= from && line.at <= Math.min(to, state.now())).sort((a, b) => a.at - b.at);
};

/** Filter patterns of words: all plain ones, none with a minus, one of those with a question mark. */
const patternMatches = (pattern: string, message: string): boolean => {
  if (/^\s*[{[]/.test(pattern)) throw new CloudError('InvalidParameterException', 'Invalid filter pattern');
  const terms = pattern.match(/[-?]?"[^"]*"|\S+/g) ?? [];
  const has = (term: string): boolean => message.includes(term.replace(/^[-?]/, '').replace(/^"|"$/g, ''));
  const optional = terms.filter((term) => term.startsWith('?'));
  const plain = terms.filter((term) => !/^[-?]/.test(term));
  const banned = terms.filter((term) => term.startsWith('-'));
  return plain.every(has) && !banned.some(has) && (optional.length === 0 || optional.some(has));
};

const describeGroup = (group: LogGroup, { world }: State) => {
  const arn = `arn:aws:logs:${world.region}:${world.account}:log-group:${group.name}`;
  return {
    logGroupName: group.name,
    creationTime: Date.parse(world.now) - 90 * 86_400_000,
    retentionInDays: group.retentionDays,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: group.lines.reduce((sum, line) => sum + line.message.length, 0),
    logGroupClass: 'STANDARD',
    logGroupArn: arn,
  };
};
