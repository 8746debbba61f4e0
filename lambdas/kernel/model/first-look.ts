import type { Alarm } from '../../contracts/alarm.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { TraceEventOf } from '../../contracts/events.ts';
import { JsonObject, type Json } from '../../contracts/json.ts';
import { valueAt } from '../trace/event-path.ts';
import { subjectOf } from '../trace/subject.ts';

/** An observe call made before the first turn; `skipped` says why it is not made. */
export interface FirstLookCall {
  readonly tool: string;
  readonly input: JsonObject;
  readonly skipped?: string;
}

/** What placeholders are filled from: the alarm, if the subject is one, and the event, if it is known. */
export interface PlaceholderValues {
  readonly alarm: Alarm | null;
  readonly event: JsonObject | null;
}

/** The values of an incident, as its opening recorded them: redacted. */
export const valuesOf = (opening: Pick<TraceEventOf<'incident.opened'>, 'data'>): PlaceholderValues => {
  const { alarm, location, recorded } = subjectOf(opening);
  const { eventId: id, source, detailType, time, detail } = opening.data;
  const resources = recorded.kind === 'event' ? recorded.resources : alarm === null ? [] : [alarm.arn];
  return { alarm, event: { id, source, 'detail-type': detailType, time, ...location, resources, detail } };
};

/**
 * The agent's first look with its placeholders filled. A text that consists of a placeholder, such as
 * `$alarm.metrics[0].dimensions` or `$event.detail.build-id`, becomes the value itself, whatever its type. A call with a
 * placeholder that has no value (a composite alarm has no metrics) is skipped.
 */
export const firstLookCalls = (agent: Pick<Agent, 'firstLook'>, values: PlaceholderValues): FirstLookCall[] =>
  agent.firstLook.map(({ tool, input }) => {
    const absent = [...new Set(placeholdersIn(input))].filter((name) => valueOf(name, values) === undefined);
    if (absent.length > 0) return { tool, input, skipped: `the event has no ${absent.join(', no ')}.` };
    return { tool, input: JsonObject.parse(filled(input, values)) };
  });

/** Placeholders of an input that no alarm can fill: misspelt ones. Those of an event are checked against a sample. */
export const unknownAlarmPlaceholders = (input: JsonObject): string[] =>
  placeholdersIn(input).filter(
    (name) =>
      !name.startsWith(EVENT) &&
      valueOf(name.replace(/\[\d+\]/g, '[0]'), { alarm: EXAMPLE_ALARM, event: null }) === undefined &&
      !DIMENSION.test(name),
  );

/** The paths of the `$event` placeholders of an input: `detail.build-id`. */
export const eventPathsIn = (input: JsonObject): string[] => [
  ...new Set(
    placeholdersIn(input)
      .filter((name) => name.startsWith(EVENT))
      .map((name) => name.slice(EVENT.length)),
  ),
];

/** An alarm with one metric and the most common dimensions. First looks are checked against it at synth. */
export const EXAMPLE_ALARM: Alarm = {
  name: 'cpu-high',
  arn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu-high',
  account: '111122223333',
  region: 'eu-west-1',
  kind: 'single',
  reason: 'Threshold crossed',
  description: 'An example',
  since: '2026-01-01T00:00:00.000Z',
  metrics: [
    {
      namespace: 'AWS/EC2',
      name: 'CPUUtilization',
      dimensions: { InstanceId: 'i-0123456789abcdef0', AutoScalingGroupName: 'web' },
      stat: 'Average',
      periodSeconds: 300,
    },
  ],
};

/** Any name of a dimension is allowed: metrics may have any dimensions. */
const DIMENSION = /^\$alarm\.metrics\[\d+\]\.dimensions\.[^.[\]]+$/;

const placeholdersIn = (value: Json): string[] => {
  if (typeof value === 'string') return value.startsWith('$') ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(placeholdersIn);
};

const filled = (value: Json, values: PlaceholderValues): Json => {
  if (typeof value === 'string') return value.startsWith('$') ? (valueOf(value, values) ?? null) : value;
  if (Array.isArray(value)) return value.map((element) => filled(element, values));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filled(field, values)]));
};

const EVENT = '$event.';
const ALARM = '$alarm.';

const valueOf = (placeholder: string, { alarm, event }: PlaceholderValues): Json | undefined => {
  if (placeholder.startsWith(ALARM)) return valueAt(alarm, placeholder.slice(ALARM.length));
  if (placeholder.startsWith(EVENT)) return valueAt(event, placeholder.slice(EVENT.length));
  return undefined;
};
