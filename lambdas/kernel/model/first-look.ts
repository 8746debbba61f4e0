import type { Alarm } from '../../contracts/alarm.ts';
import type { Agent } from '../../contracts/agent.ts';
import { JsonObject, type Json } from '../../contracts/json.ts';

/** An observe call made before the first turn; `skipped` says why it is not made. */
export interface FirstLookCall {
  readonly tool: string;
  readonly input: JsonObject;
  readonly skipped?: string;
}

/**
 * The agent's first look with its placeholders filled from the alarm. A text that consists of a placeholder,
 * such as `$alarm.metrics[0].dimensions`, becomes the value itself, whatever its type. A call with a
 * placeholder that has no value (a composite alarm has no metrics) is skipped.
 */
export const firstLookCalls = (agent: Pick<Agent, 'firstLook'>, alarm: Alarm | null): FirstLookCall[] =>
  agent.firstLook.map(({ tool, input }) => {
    const absent = [...new Set(placeholdersIn(input))].filter((name) => valueOf(name, alarm) === undefined);
    if (absent.length > 0) return { tool, input, skipped: `the event has no ${absent.join(', no ')}.` };
    return { tool, input: JsonObject.parse(filled(input, alarm)) };
  });

/** Placeholders of an input that no alarm can fill: misspelt ones. */
export const unknownEventPlaceholders = (input: JsonObject): string[] =>
  placeholdersIn(input).filter(
    (name) => valueOf(name.replace(/\[\d+\]/g, '[0]'), EXAMPLE_ALARM) === undefined && !DIMENSION.test(name),
  );

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

const filled = (value: Json, alarm: Alarm | null): Json => {
  if (typeof value === 'string') return value.startsWith('$') ? (valueOf(value, alarm) ?? null) : value;
  if (Array.isArray(value)) return value.map((element) => filled(element, alarm));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filled(field, alarm)]));
};

const valueOf = (placeholder: string, alarm: Alarm | null): Json | undefined => {
  if (!/^\$alarm(\.[^.[\]]+|\[\d+\])+$/.test(placeholder)) return undefined;
  const steps = placeholder.slice('$alarm'.length).match(/[^.[\]]+/g) ?? [];
  return steps.reduce<Json | undefined>(stepInto, alarm ?? undefined);
};

const stepInto = (value: Json | undefined, key: string): Json | undefined => {
  if (Array.isArray(value)) return value[Number(key)];
  if (value === null || typeof value !== 'object') return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
};
