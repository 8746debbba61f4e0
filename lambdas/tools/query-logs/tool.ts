import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { callAws } from '../aws/call-aws.ts';
import { singleLine, utc } from '../aws/format.ts';
import { observeTool, type ToolContext } from '../tool.ts';
import { manifest } from './manifest.ts';

/** Logs Insights finishes most queries in seconds. A slower one scans more than an incident can wait for. */
const QUERY_TIMEOUT_SECONDS = 40;
/** Longer rows are cut. */
const MAX_ROW_LENGTH = 500;

const Started = z.object({ queryId: z.string() });
const Results = z.object({
  status: z.string(),
  results: z.array(z.array(z.object({ field: z.string(), value: z.string().default('') }))).default([]),
  statistics: z
    .object({
      recordsMatched: z.number().default(0),
      recordsScanned: z.number().default(0),
      bytesScanned: z.number().default(0),
    })
    .prefault({}),
});
type Results = z.output<typeof Results>;

export const tool = observeTool(manifest, async (input, context) => {
  const to = context.clock.now();
  const from = new Date(to.getTime() - input.minutes * 60_000);
  const query = {
    logGroupName: input.logGroup,
    queryString: queryOf(input),
    startTime: Math.floor(from.getTime() / 1000),
    endTime: Math.floor(to.getTime() / 1000),
    limit: input.limit,
  };
  const { queryId } = await callAws(context.cloud, { service: 'logs', command: 'StartQuery', input: query }, Started);
  const answer = await waitForResults(queryId, context);
  const window = `${input.logGroup} from ${utc(from)} to ${utc(to)}`;
  if (!answer)
    return `The query over ${window} did not finish within ${QUERY_TIMEOUT_SECONDS} s and was stopped. Look back less far or filter more.`;
  if (answer.status !== 'Complete') return `The query over ${window} ended as ${answer.status}, without results.`;
  return textOf(answer, window, input.limit);
});

const queryOf = ({ query, filter }: z.output<typeof manifest.input>): string => {
  if (query !== undefined && filter !== undefined) throw new ToolRefusal('Give query or filter, not both.');
  if (query !== undefined) return query;
  const condition = filter === undefined ? '' : ` | filter @message like "${filter.replace(/[\\"]/g, '\\$&')}"`;
  return `fields @timestamp, @message${condition} | sort @timestamp desc`;
};

/** Polls once a second. A query that takes too long is stopped, because it is billed by the data it scans. */
const waitForResults = async (queryId: string, { cloud, clock }: ToolContext): Promise<Results | undefined> => {
  for (let second = 0; second < QUERY_TIMEOUT_SECONDS; second += 1) {
    await clock.sleep(1000);
    const answer = await callAws(cloud, { service: 'logs', command: 'GetQueryResults', input: { queryId } }, Results);
    if (!['Scheduled', 'Running', 'Unknown'].includes(answer.status)) return answer;
  }
  await cloud.send({ service: 'logs', command: 'StopQuery', input: { queryId } });
  return undefined;
};

const textOf = ({ results, statistics }: Results, window: string, limit: number): string => {
  const scanned = `${statistics.recordsScanned} records (${(statistics.bytesScanned / 1e6).toFixed(1)} MB) scanned`;
  const matched = `${statistics.recordsMatched} of ${scanned} in ${window}`;
  if (results.length === 0) return `No rows: matched ${matched}.`;
  const full = results.length >= limit ? `, limit reached, there may be more` : '';
  // The finding first: people read only the first line of it.
  const [first = '', ...more] = results.map(rowText);
  const rows = results.length === 1 ? '1 row' : `${results.length} rows`;
  return [`${rows}${full}; the first: ${first}`, `matched ${matched}`, ...more].join('\n');
};

const rowText = (row: Results['results'][number]): string =>
  singleLine(
    row
      .filter(({ field }) => field !== '@ptr')
      .map(({ field, value }) =>
        field === '@timestamp' ? `${value} UTC` : field === '@message' ? value : `${field}=${value}`,
      )
      .join('  '),
    MAX_ROW_LENGTH,
  );
