import type { BusEvent } from '../../contracts/alarm.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { Json, JsonObject } from '../../contracts/json.ts';
import { canonical, sha256 } from '../../kernel/trace/canonical.ts';
import { redactedJson, redactedText } from '../../kernel/redaction/redactor.ts';
import { valueAt } from '../../kernel/trace/event-path.ts';
import type { EventReading } from './aws-events/event-type.ts';
import type { CleanEvent } from './clean-event.ts';

/** A deduplication key, and what to say on the trace about how it was made. */
export interface EventKey {
  readonly key: string;
  readonly said: readonly string[];
}

/** Longer parts of a key are hashed, and so are parts with a secret: the key stands on the trace, and people read it. */
const PART_LENGTH = 400;

/**
 * The deduplication key of an event that is not an alarm: events with the same key belong to one incident. It is what the agent
 * declares, else what the table of AWS's events says, else the resources, else the detail without its times. Pure.
 */
export const eventKey = (
  event: BusEvent,
  agent: Pick<Agent, 'dedupe'>,
  reading: EventReading | undefined,
  whole: CleanEvent['whole'],
): EventKey => {
  const { account, region, source } = event;
  const made = (...parts: readonly Json[]): string => canonical([account, region, source, ...parts.map(short)]);
  const { declared, said } = declaredParts(event, agent);
  if (declared !== undefined) return { key: made('declared', ...declared), said };
  const type = event['detail-type'];
  if (reading !== undefined) return { key: made(...reading.key), said };
  if (event.resources.length > 0) return { key: made(type, event.resources), said };
  // Of a detail that was not recorded whole, the part that differs may be missing. Then its hash tells two events apart.
  return { key: made(type, whole?.sha256 ?? lastingDetail(event.detail)), said };
};

const short = (part: Json): Json => {
  const text = canonical(part);
  return text.length > PART_LENGTH || hasSecret(part, text) ? `sha256:${sha256(text)}` : part;
};

const hasSecret = (part: Json, text: string): boolean =>
  redactedText(text) !== text || canonical(redactedJson(part)) !== text;

const declaredParts = (
  event: BusEvent,
  { dedupe }: Pick<Agent, 'dedupe'>,
): { readonly declared?: Json[]; readonly said: string[] } => {
  if (dedupe === undefined) return { said: [] };
  const values = dedupe.map((path) => ({ path, value: valueAt(asJson(event), path) ?? null }));
  const absent = values.filter(({ value }) => value === null).map(({ path }) => path);
  if (absent.length === 0) return { declared: values.flatMap(({ path, value }) => [path, value]), said: [] };
  const by = 'the deduplication key was made without the `dedupe` of the agent';
  return { said: [`the event has no ${absent.join(', no ')}, so ${by}`] };
};

const asJson = ({ id, source, account, region, time, resources, detail, ...rest }: BusEvent): JsonObject => ({
  ...{ id, source, account, region, time, resources, detail },
  'detail-type': rest['detail-type'],
});

/** Names of fields that are new in every event: times, and the ids of a message, a request, a call or a trace. */
const VOLATILE_NAMES = [
  /^(time|date|timestamp|ttl)$/i,
  /[_-](time|date|timestamp|at)$/i,
  /[a-z](Time|Date|Timestamp|At)$/,
  /^(message|request|correlation|trace|span|event|delivery)[_-]?id$/i,
];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const isVolatile = (name: string, value: Json): boolean =>
  VOLATILE_NAMES.some((pattern) => pattern.test(name)) || (typeof value === 'string' && INSTANT.test(value));

/**
 * A detail without what differs each time that the same thing is sent: times, and the ids of messages and requests. Other
 * ids stay: they say what the event is about.
 */
const lastingDetail = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(lastingDetail);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => (isVolatile(name, field) ? [] : [[name, lastingDetail(field)]])),
  );
};
