import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEventOf } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { subjectOf, type Subject } from '../trace/subject.ts';

/** What happened, in our own words: ids that AWS gives, no text that somebody chose. */
export const openingLine = ({ kind, alarm, location, since }: Subject): string => {
  const where = location === null ? '' : ` in account ${location.account}, Region ${location.region}`;
  if (alarm !== null) return `A CloudWatch alarm went to ALARM at ${since}${where}.${kindLine(alarm)}`;
  switch (kind) {
    case 'question':
      return `A person asked a question at ${since}${where}. It is below.`;
    case 'schedule':
      return `This is a scheduled run, begun at ${since}${where}.`;
    case 'alarm':
    case 'event':
      return `An event arrived, of ${since}${where}. It is below.`;
  }
};

const kindLine = ({ kind, metrics }: Alarm): string =>
  kind === 'single' ? '' : ` It is a ${kind} alarm${metrics.length === 0 ? ' and reads no metric of its own' : ''}.`;

/** Names, dimensions and texts: whoever may create an alarm, send an event or ask chose them. */
export const chosenLines = (opening: TraceEventOf<'incident.opened'>): string[] => {
  const { alarm, cause, title } = subjectOf(opening);
  if (alarm === null)
    return [`${title} (${opening.data.detailType} from ${opening.data.source}).`, cause, ...eventLines(opening)].filter(
      (line) => line !== '',
    );
  return [
    `CloudWatch alarm "${alarm.name}".`,
    ...alarm.metrics.map(
      (one) =>
        `Metric: ${one.namespace} ${one.name} ${JSON.stringify(one.dimensions)}, ${one.stat} over ${one.periodSeconds} s.`,
    ),
    alarm.reason,
    alarm.description,
  ].filter((line) => line !== '');
};

/** Characters of an event's detail that a brief has, about 6,000 tokens: they are paid for in every turn. */
const DETAIL_LENGTH = 20_000;
/** A longer text in it is shortened first, so that one long text does not hide the fields after it. */
const TEXT_LENGTH = 1_000;
const RESOURCES = 20;

/**
 * What the event carries, as compact JSON: fewer tokens than any indented form, and a line of a text in it cannot pass for a
 * line of ours. What is not shown is said.
 */
const eventLines = (opening: TraceEventOf<'incident.opened'>): string[] => {
  const { recorded } = subjectOf(opening);
  const { detail, wholeDetail } = opening.data;
  // The words of a question are its subject already.
  if (recorded.kind === 'question') return [];
  const resources = recorded.kind === 'event' ? recorded.resources : [];
  const more = resources.length > RESOURCES ? `, and ${resources.length - RESOURCES} more` : '';
  return [
    resources.length === 0 ? '' : `Resources: ${JSON.stringify(resources.slice(0, RESOURCES).map(shortened))}${more}`,
    isEmpty(detail) ? '' : detailLine(detail),
    wholeDetail === undefined
      ? ''
      : `Part of the detail was left out before it was recorded: it came with ${wholeDetail.bytes} bytes.`,
  ];
};

const isEmpty = (detail: Json): boolean =>
  detail === null || (typeof detail === 'object' && Object.keys(detail).length === 0);

const detailLine = (detail: Json): string => {
  const whole = JSON.stringify(detail);
  if (whole.length <= DETAIL_LENGTH) return `Detail: ${whole}`;
  const short = JSON.stringify(shortened(detail));
  const shown = short.slice(0, DETAIL_LENGTH).toWellFormed();
  const rest = short.length > DETAIL_LENGTH ? `, then cut at ${DETAIL_LENGTH} of ${short.length} characters` : '';
  return `Detail, with texts shortened to ${TEXT_LENGTH} characters${rest}: ${shown}`;
};

const shortened = (value: Json): Json => {
  if (typeof value === 'string')
    return value.length <= TEXT_LENGTH
      ? value
      : `${value.slice(0, TEXT_LENGTH).toWellFormed()}… [${value.length} characters]`;
  if (Array.isArray(value)) return value.map(shortened);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shortened(field)]));
};
