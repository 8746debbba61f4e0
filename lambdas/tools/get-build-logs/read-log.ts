import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws } from '../aws/call-aws.ts';
import { cleanLines } from '../log-lines/clean.ts';

/** Pages of up to 1 MB or 10,000 events. */
const MAX_PAGES = 10;

const Page = z.object({
  events: z.array(z.object({ message: z.string().default('') })).default([]),
  nextForwardToken: z.string().optional(),
});
type Page = z.output<typeof Page>;

/** The lines of a log from its first on. */
export interface BuildLog {
  readonly lines: readonly string[];
  /** Whether these are all lines. A longer log is read only up to a limit. */
  readonly complete: boolean;
}

/** Reads a log stream from its beginning, up to a limit. */
export const readLog = async (cloud: Cloud, group: string, stream: string): Promise<BuildLog> => {
  const events: Page['events'] = [];
  let token: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await pageOf(cloud, { group, stream, fromHead: true, token });
    events.push(...answer.events);
    // AWS says that there is no more by giving back the token that it was called with.
    if (answer.nextForwardToken === undefined || answer.nextForwardToken === token)
      return { lines: linesOf(events), complete: true };
    token = answer.nextForwardToken;
  }
  return { lines: linesOf(events), complete: false };
};

/** The last lines of a log that is too long to be read from its beginning. */
export const readTail = async (cloud: Cloud, group: string, stream: string): Promise<readonly string[]> =>
  linesOf((await pageOf(cloud, { group, stream, fromHead: false, token: undefined })).events);

interface Place {
  readonly group: string;
  readonly stream: string;
  readonly fromHead: boolean;
  readonly token: string | undefined;
}

const pageOf = (cloud: Cloud, { group, stream, fromHead, token }: Place): Promise<Page> => {
  const input = {
    logGroupName: group,
    logStreamName: stream,
    startFromHead: fromHead,
    ...(token !== undefined && { nextToken: token }),
  };
  return callAws(cloud, { service: 'logs', command: 'GetLogEvents', input }, Page);
};

/** An event is mostly one line; a build can write several at once. */
const linesOf = (events: Page['events']): string[] => {
  const lines = events.flatMap(({ message }) => message.replace(/\r?\n$/, '').split(/\r?\n/));
  return cleanLines(lines);
};
