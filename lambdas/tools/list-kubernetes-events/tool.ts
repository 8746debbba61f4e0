import * as z from 'zod';
import { singleLine } from '../aws/format.ts';
import { Timestamp } from '../aws/call-aws.ts';
import { listObjects } from '../kubernetes/call-cluster.ts';
import { counted, whenText } from '../kubernetes/text.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

/** Longer messages are cut. */
const LONGEST = 400;

const Event = z.object({
  metadata: z.object({ creationTimestamp: Timestamp }),
  involvedObject: z.object({ kind: z.string().default('unknown'), name: z.string().default('') }),
  type: z.string().default('Normal'),
  reason: z.string().default('unknown'),
  message: z.string().default(''),
  count: z.int().nullish(),
  firstTimestamp: Timestamp.nullish(),
  lastTimestamp: Timestamp.nullish(),
  eventTime: Timestamp.nullish(),
  series: z.object({ count: z.int(), lastObservedTime: Timestamp }).nullish(),
  source: z.object({ component: z.string().default('') }).default({ component: '' }),
  reportingComponent: z.string().default(''),
});
type Event = z.output<typeof Event>;

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { namespace, object, warningsOnly, count } = input;
  const { items, complete } = await listObjects(cloud, 'v1', 'events', input, Event);
  const about = items.filter(({ involvedObject: { name } }) => object === undefined || name.startsWith(object));
  const found = about.filter((event) => !warningsOnly || isWarning(event)).toSorted(byWeight);
  const where = `${namespace}${object === undefined ? '' : ` about ${object}*`}`;
  const partly = complete ? '' : ' The namespace has more than the 500 events that were read.';
  if (found.length === 0)
    return `No ${warningsOnly ? 'warnings' : 'events'} in ${where}.${partly} Clusters keep events for an hour, so this proves little.`;
  const shown = found.slice(0, count);
  const now = clock.now();
  return [
    // The finding first: people read only the first line of it.
    `${summaryOf(found, where)}${partly}`,
    ...shown.map((event) => lineOf(event, now)),
    ...(shown.length < found.length ? [`${shown.length} of ${found.length} events shown.`] : []),
  ].join('\n');
});

const isWarning = ({ type }: Event): boolean => type !== 'Normal';

/** When it happened last. Older clients fill other fields than newer ones. */
const lastOf = ({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: Event): string =>
  series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp;

const timesOf = ({ series, count }: Event): number => series?.count ?? count ?? 1;

const byWeight = (one: Event, other: Event): number =>
  Number(isWarning(other)) - Number(isWarning(one)) || Date.parse(lastOf(other)) - Date.parse(lastOf(one));

const summaryOf = (events: readonly Event[], where: string): string => {
  const times = new Map<string, number>();
  for (const event of events.filter(isWarning))
    times.set(event.reason, (times.get(event.reason) ?? 0) + timesOf(event));
  const reasons = [...times].toSorted(([, one], [, other]) => other - one).map(([reason, n]) => `${reason} ${n} times`);
  const warnings = reasons.length === 0 ? 'no warnings' : `warnings: ${reasons.join(', ')}`;
  return `${counted(events.length, 'event')} in ${where}; ${warnings}.`;
};

const lineOf = (event: Event, now: Date): string => {
  const { type, reason, involvedObject, message, source, reportingComponent } = event;
  const times = timesOf(event);
  const often =
    times === 1 ? '' : `, ${times} times${event.firstTimestamp ? ` since ${whenText(event.firstTimestamp, now)}` : ''}`;
  const by = source.component || reportingComponent;
  return `- ${type} ${reason} on ${involvedObject.kind} ${involvedObject.name}, ${whenText(lastOf(event), now)}${often}${by === '' ? '' : `, by ${by}`}: ${singleLine(message, LONGEST)}`;
};
