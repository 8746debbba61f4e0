import type { Json, JsonObject } from './json.ts';

/** Input fields that say what a call is about, the most exact first. */
const SUBJECTS = [
  'InstanceIds',
  'InstanceId',
  'AutoScalingGroupName',
  'AutoScalingGroupNames',
  'AlarmNames',
  'AlarmName',
  'logGroupNames',
  'logGroupIdentifiers',
  'logGroupName',
  'LaunchTemplateIds',
  'InstanceTypes',
];
const MOST_NAMES = 3;
const LONGEST_NAME = 200;

const namesIn = (value: Json | undefined): string[] =>
  [value].flat().flatMap((one) => (typeof one === 'string' ? [one.slice(0, LONGEST_NAME)] : []));

/** A call as errors name it, e.g. `ec2:StopInstances on i-0123456789abcdef0`. */
export const callName = (action: string, input: JsonObject): string => {
  const names = SUBJECTS.map((field) => namesIn(input[field])).find((found) => found.length > 0) ?? [];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.length === 0 ? action : `${action} on ${names.slice(0, MOST_NAMES).join(', ')}${more}`;
};

/** A sentence of AWS, ready for one of ours to follow: AWS often leaves the full stop out. */
export const ended = (text: string): string => {
  const trimmed = text.trimEnd();
  return trimmed === '' || /[.!?]["')\]]?$/.test(trimmed) ? trimmed : `${trimmed}.`;
};
