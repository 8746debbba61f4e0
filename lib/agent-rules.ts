import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { SCHEDULE_SOURCE, SCHEDULE_TYPE, scheduleExpression } from '../lambdas/contracts/schedule.ts';

/** Where a rule sends its events, without what it makes of them. */
export type RuleTarget = Omit<CfnRule.TargetProperty, 'inputTransformer'>;

/** The event as it came. */
const WHOLE_EVENT = { inputTemplate: '{"event": <aws.events.event.json>}' };

/** A rule for the events that a pattern matches. The plain resource takes the pattern exactly as the team wrote it. */
export const patternRule = (
  scope: Construct,
  id: string,
  { description, pattern, target }: { description: string; pattern: unknown; target: RuleTarget },
): CfnRule =>
  new CfnRule(scope, id, {
    description,
    eventPattern: pattern,
    targets: [{ ...target, inputTransformer: WHOLE_EVENT }],
  });

/** The rules of an agent: for the events that it takes, and for the clock. */
export const agentRules = (scope: Construct, { name, takes, every }: Agent, target: RuleTarget): CfnRule[] => [
  ...(takes === undefined
    ? []
    : [patternRule(scope, name, { description: `Events that the agent ${name} takes.`, pattern: takes, target })]),
  ...(every === undefined ? [] : [scheduleRule(scope, name, every, target)]),
];

/**
 * A rule by the clock. Its event is made here, of the id, time, account and Region that EventBridge gives: it never goes over
 * the bus, so no pattern of another rule can match it.
 */
const scheduleRule = (scope: Construct, agent: string, every: string, target: RuleTarget): CfnRule => {
  const told = JSON.stringify({
    source: SCHEDULE_SOURCE,
    'detail-type': SCHEDULE_TYPE,
    resources: [],
    detail: { agent, every },
  });
  const given = '"version": "0", "id": <id>, "time": <time>, "account": <account>, "region": <region>';
  return new CfnRule(scope, `${agent}-every`, {
    description: `Runs the agent ${agent} by the clock.`,
    scheduleExpression: scheduleExpression(every),
    targets: [
      {
        ...target,
        inputTransformer: {
          inputPathsMap: { id: '$.id', time: '$.time', account: '$.account', region: '$.region' },
          inputTemplate: `{"event": {${given}, ${told.slice(1)}}`,
        },
      },
    ],
  });
};
