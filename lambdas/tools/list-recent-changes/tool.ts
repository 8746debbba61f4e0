import * as z from 'zod';
import type { JsonObject } from '../../contracts/json.ts';
import { callAws, JsonText, Timestamp } from '../aws/call-aws.ts';
import { singleLine, utc } from '../aws/format.ts';
import { observeTool, type ToolContext } from '../tool.ts';
import { manifest } from './manifest.ts';

/** Pages of 50 events. Few, because LookupEvents allows only two calls a second per account and Region. */
const MAX_PAGES = 4;
const MAX_SHOWN = 25;

const Event = z.object({
  EventName: z.string(),
  EventTime: Timestamp,
  EventSource: z.string(),
  Username: z.string().optional(),
  /** A string, not a boolean. */
  ReadOnly: z.string().default('false'),
  CloudTrailEvent: JsonText.pipe(
    z.object({
      sourceIPAddress: z.string().default('unknown'),
      errorCode: z.string().optional(),
      errorMessage: z.string().optional(),
      userIdentity: z.object({ arn: z.string().optional(), invokedBy: z.string().optional() }).prefault({}),
      requestParameters: z.json().optional(),
    }),
  ),
});
type Event = z.output<typeof Event>;
const Page = z.object({ Events: z.array(Event).default([]), NextToken: z.string().optional() });

export const tool = observeTool(manifest, async ({ resource, hours }, context) => {
  const to = context.clock.now();
  const from = new Date(to.getTime() - hours * 3_600_000);
  const { events, complete } = await lookUp(resource, from, to, context);
  const changes = events.filter(({ ReadOnly }) => ReadOnly !== 'true');
  const window = `${resource} from ${utc(from)} to ${utc(to)}`;
  const partly = complete ? '' : ` (only the newest ${events.length} events were read)`;
  if (changes.length === 0)
    return `CloudTrail has no changes to ${window}${partly}. Events of the last 15 minutes may still be missing.`;
  // The finding first: people read only the first line of it.
  const [newest = '', ...earlier] = changes.slice(0, MAX_SHOWN).map(lineOf);
  const hidden = changes.length > MAX_SHOWN ? `, ${MAX_SHOWN} shown` : '';
  const position = changes.length === 1 ? 'the only change' : `the newest of ${changes.length} changes`;
  return [
    newest,
    `  is ${position} to ${window}${partly}${hidden}${earlier.length > 0 ? '; before it:' : ''}`,
    ...earlier,
  ].join('\n');
});

const lookUp = async (resource: string, from: Date, to: Date, { cloud, clock }: ToolContext) => {
  const events: Event[] = [];
  let input: JsonObject = {
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: resource }],
    StartTime: from.toISOString(),
    EndTime: to.toISOString(),
    MaxResults: 50,
  };
  for (let page = 1; ; page += 1) {
    const answer = await callAws(cloud, { service: 'cloudtrail', command: 'LookupEvents', input }, Page);
    events.push(...answer.Events);
    if (answer.NextToken === undefined) return { events, complete: true };
    if (page === MAX_PAGES) return { events, complete: false };
    input = { ...input, NextToken: answer.NextToken };
    await clock.sleep(500);
  }
};

const lineOf = ({ EventName, EventTime, EventSource, Username, CloudTrailEvent: detail }: Event): string => {
  const who = detail.userIdentity.arn ?? Username ?? detail.userIdentity.invokedBy ?? 'unknown';
  const failed =
    detail.errorCode === undefined ? '' : ` FAILED ${detail.errorCode}: ${singleLine(detail.errorMessage ?? '', 150)}`;
  const request =
    detail.requestParameters == null ? '' : ` ${singleLine(JSON.stringify(detail.requestParameters), 250)}`;
  const service = EventSource.replace('.amazonaws.com', '');
  return `${utc(EventTime)} ${service}:${EventName} by ${who} from ${detail.sourceIPAddress}${failed}${request}`;
};
