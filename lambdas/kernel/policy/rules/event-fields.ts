import type { EventPattern } from '../../../contracts/agent.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { AgentDraft } from './agent-draft.ts';
import type { AgentFile } from './agent-files.ts';
import { checkPattern, matchesPattern } from './event-pattern.ts';
import { absentIn } from './sample-event.ts';
import type { Problem } from './schema-problems.ts';

/** Problems of the fields that say which events an agent takes, and what belongs to one incident. */
export const eventProblems = (agent: AgentDraft, file: AgentFile, sample: JsonObject | null): Problem[] => [
  ...takesProblems(agent),
  ...dedupeProblems(agent, file, sample),
  ...healedByProblems(agent),
];

const NO_START =
  'missing: an event pattern, such as { source: [aws.codebuild] }; an agent without it needs `every`, or nothing starts it';

const takesProblems = ({ takes, every }: AgentDraft): Problem[] => {
  if (takes === undefined) return every === undefined ? [{ path: ['takes'], message: NO_START }] : [];
  return checkPattern(takes ?? {}, ['takes']).map(({ path, problem: message }) => ({ path, message }));
};

/** A path that leads nowhere in a run is said on the trace; in the sample event it is a mistake. */
const dedupeProblems = ({ dedupe, takes }: AgentDraft, file: AgentFile, sample: JsonObject | null): Problem[] => {
  if (!dedupe) return [];
  if (takes === undefined)
    return [
      { path: ['dedupe'], message: 'an agent that takes no events has the agent itself as key; remove the field' },
    ];
  if (sample === null) return [];
  return dedupe.flatMap((path, index) => {
    const reason = absentIn(sample, path, file);
    return reason === undefined ? [] : [{ path: ['dedupe', index], message: `${path} leads nowhere: ${reason}` }];
  });
};

/** An agent that takes other events too, or is run by the clock, needs it for those runs: they have no alarm. */
const healedByProblems = ({ takes, every, verification }: AgentDraft): Problem[] =>
  verification?.healedBy !== undefined && every === undefined && takes && takesAlarms(takes) && !takesOthers(takes)
    ? [
        {
          path: ['verification', 'healedBy'],
          message: 'this agent takes alarms, and an alarm itself tells whether it healed; remove the field',
        },
      ]
    : [];

/** Whether a pattern names another source than CloudWatch. */
const takesOthers = ({ source }: EventPattern): boolean =>
  Array.isArray(source) && source.some((one) => one !== 'aws.cloudwatch');

/** Whether a pattern lets in alarms of CloudWatch, by source and type. */
const takesAlarms = (takes: EventPattern): boolean => {
  const envelope = Object.fromEntries(
    Object.entries(takes).filter(([key]) => key === 'source' || key === 'detail-type'),
  );
  if (Object.keys(envelope).length === 0) return true;
  return matchesPattern(envelope, { source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change' });
};
