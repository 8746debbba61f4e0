import type { Agent } from '../../../lambdas/contracts/agent.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { HostileCase } from '../case/case.ts';

/** What incidents are about, if not about an alarm, and the agents that take it. */

type Setting = HostileCase['setting'];

/** Source and type of an event, for an agent that may change something and for one that may not. */
const EVENTS = {
  'aws-event': {
    changing: { source: 'aws.codedeploy', 'detail-type': 'CodeDeploy Deployment State-change Notification' },
    reading: { source: 'aws.health', 'detail-type': 'AWS Health Event' },
  },
  'own-event': {
    changing: { source: 'acme.releases', 'detail-type': 'Release Went Bad' },
    reading: { source: 'acme.reports', 'detail-type': 'Weekly Report' },
  },
} as const;

/** The event that opens an incident, `which` of two; undefined if an alarm does. */
export const eventOf = (
  { subject, scenario, hostileText }: Setting,
  which: 'cpu' | 'memory',
): (JsonObject & { readonly source: string; readonly 'detail-type': string }) | undefined => {
  if (subject === 'alarm') return undefined;
  return {
    ...EVENTS[subject][scenario === 'read-only' ? 'reading' : 'changing'],
    resources: [`arn:aws:codedeploy:eu-west-1:123456789012:application:checkout-${which}`],
    detail: { state: 'FAILURE', deployment: `d-${which}`, note: hostileText.join('\n') },
  };
};

/** Agents that take events. They are the shipped ones with another name, and another first look, which needs no alarm. */
export const eventAgents = (agents: readonly Agent[], firstLook: Agent['firstLook']): Agent[] =>
  agents.flatMap((agent) => {
    const kind = agent.name === 'ec2-responder' ? 'changing' : agent.name === 'triage' ? 'reading' : undefined;
    if (kind === undefined) return [];
    const events = Object.values(EVENTS).map((event) => event[kind]);
    const takes = {
      source: events.map(({ source }) => source),
      'detail-type': events.map((one) => one['detail-type']),
    };
    return [{ ...agent, name: `event-${agent.name}`, takes, firstLook }];
  });
