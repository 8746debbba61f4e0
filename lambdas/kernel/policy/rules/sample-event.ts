import { BusEvent } from '../../../contracts/alarm.ts';
import type { EventPattern } from '../../../contracts/agent.ts';
import { JsonObject, parseJson } from '../../../contracts/json.ts';
import { SCHEDULE_SOURCE, SCHEDULE_TYPE } from '../../../contracts/schedule.ts';
import { namesNear, valueAt } from '../../trace/event-path.ts';
import type { AgentDraft } from './agent-draft.ts';
import type { AgentFile } from './agent-files.ts';
import { didYouMean } from './did-you-mean.ts';
import { checkPattern, matchesPattern } from './event-pattern.ts';
import { formatPath, formatProblem, schemaProblems } from './schema-problems.ts';

/** The event that an agent's placeholders are checked against; null if there is none, or it cannot be read. */
export interface SampleEvent {
  readonly event: JsonObject | null;
  /** What is wrong with the sample itself. Each names its file. */
  readonly problems: readonly string[];
}

/** The sample event beside an agent. An agent that runs only by the clock needs no file: its event is always the same. */
export const sampleEvent = ({ sample }: AgentFile, { name, takes, every }: AgentDraft): SampleEvent => {
  if (sample === undefined)
    return { event: takes === undefined && name !== null && every ? scheduleEvent(name, every) : null, problems: [] };
  const bad = (...problems: readonly string[]): SampleEvent => ({
    event: null,
    problems: problems.map((problem) => `${sample.path}: ${problem}`),
  });
  const value = parseJson(sample.text);
  const read = JsonObject.safeParse(value);
  if (!read.success) return bad('expected an EventBridge event as a JSON object');
  const event = BusEvent.safeParse(value);
  if (!event.success) return bad(...schemaProblems(BusEvent, value, event.error).map(formatProblem));
  const unmatched = takes ? conditionsNotMet(takes, read.data) : [];
  if (unmatched.length === 0) return { event: { ...read.data, resources: event.data.resources }, problems: [] };
  return bad(`the agent does not take this event, because of ${unmatched.join(' and ')} in its \`takes\``);
};

/** Why the sample has nothing at this path, in words; undefined if it has. */
export const absentIn = (
  event: JsonObject | null,
  path: string,
  { samplePath, sample }: AgentFile,
): string | undefined => {
  if (event === null)
    return sample === undefined
      ? `there is no sample event to check it with; add ${samplePath}, an event that the agent takes`
      : `the sample event ${samplePath} cannot be used`;
  if (valueAt(event, path) !== undefined) return undefined;
  const { at, names } = namesNear(event, path);
  const missing = path.match(/[^.[\]]+/g)?.[at === '' ? 0 : at.split('.').length] ?? path;
  const where = at === '' ? 'the event' : at;
  return `in the sample event ${samplePath}, ${where} has no ${missing}${names.length === 0 ? '' : didYouMean(missing, names)}`;
};

const scheduleEvent = (agent: string, every: string): JsonObject => ({
  id: '00000000-0000-0000-0000-000000000000',
  source: SCHEDULE_SOURCE,
  'detail-type': SCHEDULE_TYPE,
  account: '111122223333',
  region: 'eu-west-1',
  time: '2026-01-01T00:00:00Z',
  resources: [],
  detail: { agent, every },
});

/** The conditions of a pattern that an event does not meet, each alone. An invalid pattern has problems of its own. */
const conditionsNotMet = (pattern: EventPattern, event: JsonObject): string[] => {
  if (checkPattern(pattern).length > 0 || matchesPattern(pattern, event)) return [];
  const unmet = conditionsIn(pattern).filter((path) => !matchesPattern(only(pattern, path), event));
  // Each holds alone, but not all for the same element of a list.
  return unmet.length === 0 ? ['all conditions together'] : unmet.map(formatPath);
};

const conditionsIn = (pattern: EventPattern, path: readonly string[] = []): string[][] =>
  Object.entries(pattern).flatMap(([key, value]) => {
    const inner = JsonObject.safeParse(value);
    return inner.success ? conditionsIn(inner.data, [...path, key]) : [[...path, key]];
  });

const only = (pattern: EventPattern, [key = '', ...rest]: readonly string[]): EventPattern => {
  const value = pattern[key] ?? null;
  const inner = JsonObject.safeParse(value);
  return { [key]: rest.length > 0 && inner.success ? only(inner.data, rest) : value };
};
