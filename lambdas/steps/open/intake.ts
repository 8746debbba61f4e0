import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import { BusEvent } from '../../contracts/alarm.ts';
import { EVENT_SOURCE } from '../../contracts/approval-waiting.ts';
import { OWN_ALARM } from '../../contracts/own-alarms.ts';
import type { AccountRegion } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';
import { OWN_SOURCE_PREFIX } from '../../contracts/schedule.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { takingAgents } from '../../kernel/policy/rules/clusters.ts';
import { matchesPattern } from '../../kernel/policy/rules/event-pattern.ts';
import { memberEvents } from '../../kernel/policy/rules/member-events.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import { alarmKey, readAlarm, type AlarmReading } from './alarm.ts';
import { readAwsEvent } from './aws-events/table.ts';
import type { CleanEvent } from './clean-event.ts';
import { eventKey } from './event-key.ts';
import { eventSubject } from './event-subject.ts';
import { misdirectedAlarm } from './misdirected-alarm.ts';
import { readSchedule } from './scheduled-run.ts';
import { isQuestion, questionIntake } from './question.ts';

/** An event that an agent takes, or the reason why no agent does. */
export type Intake =
  | {
      readonly taken: true;
      readonly event: BusEvent;
      readonly agent: Agent;
      readonly subject: RecordedSubject;
      readonly key: string;
      /** Which numbers of the event were bounded, and what of the agent's file the event does not fit. */
      readonly cleaned: readonly string[];
    }
  | { readonly taken: false; readonly reason: string };

const notTaken = (reason: string): Intake => ({ taken: false, reason });

/**
 * Finds the agent that takes an event. `home` is where Checkrein is deployed, `whole` the hash of a detail that was not
 * recorded whole. Pure.
 */
export const agentFor = (raw: unknown, given: Rules, home: AccountRegion, whole?: CleanEvent['whole']): Intake => {
  const rules = { ...given, agents: takingAgents(given) };
  const misdirected = misdirectedAlarm(raw);
  if (misdirected !== undefined) return notTaken(misdirected);
  const parsed = BusEvent.safeParse(raw);
  if (!parsed.success) return notTaken(`This is not an EventBridge event: ${z.prettifyError(parsed.error)}`);
  const event = parsed.data;
  if (isQuestion(event)) {
    const intake = questionIntake(event, rules, home);
    return intake.taken ? { ...intake, event } : intake;
  }
  const reading = readAlarm(event);
  const refused = refusalOf(event, reading, rules, home);
  if (refused !== undefined) return notTaken(refused);
  const run = readSchedule(event, rules.agents);
  if (run.kind === 'refused') return notTaken(run.reason);
  if (run.kind === 'run') {
    const { agent, subject, key } = run;
    return { taken: true, event, agent, subject, key, cleaned: [] };
  }
  const found = agentOfPattern(event, rules, home);
  if ('reason' in found) return notTaken(found.reason);
  const { agent } = found;
  if (reading.kind === 'alarm') {
    const { alarm, cleaned } = reading;
    return { taken: true, event, agent, subject: { kind: 'alarm', alarm }, key: alarmKey(alarm), cleaned };
  }
  const told = readAwsEvent(event);
  const { key, said } = eventKey(event, agent, told, whole);
  return { taken: true, event, agent, subject: eventSubject(event, agent, told), key, cleaned: said };
};

/** Why no agent at all may take this event, or undefined if one may. */
const refusalOf = (event: BusEvent, reading: AlarmReading, rules: Rules, home: AccountRegion): string | undefined => {
  if (event.source === EVENT_SOURCE)
    return `${event['detail-type']} is an event of the harness itself. No agent takes those.`;
  if (reading.kind === 'unreadable') return reading.reason;
  const unreachable = outOfReach(event, reading, rules, home);
  if (unreachable !== undefined) return unreachable;
  if (reading.kind !== 'alarm') return undefined;
  const { name } = reading.alarm;
  if (reading.state !== 'ALARM') return `Alarm ${name} went to ${reading.state}; only ALARM opens an incident.`;
  return name.startsWith(OWN_ALARM)
    ? `${name} is an alarm of the harness itself. A person looks into it, no agent.`
    : undefined;
};

/** The first agent whose pattern matches. The bus policy lets in the same events of members; see `memberEvents`. */
const agentOfPattern = (
  event: BusEvent,
  { agents }: Rules,
  home: AccountRegion,
): { agent: Agent } | { reason: string } => {
  const matching = agents
    .toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name))
    .filter(({ takes }) => takes !== undefined && matchesPattern(takes, event));
  const agent = matching.find(({ takes }) => event.account === home.account || memberEvents(takes).letIn);
  if (agent !== undefined) return { agent };
  const [first] = matching;
  if (first === undefined)
    return {
      reason: `No agent takes ${event['detail-type']} from ${event.source}${butOther(agents, event)}. Agents say what they take in config/agents/.`,
    };
  const held = memberEvents(first.takes);
  return {
    reason: `The agent ${first.name} takes this event only from its own account, not from the member account ${event.account}${held.letIn ? '' : `: ${held.reason}`}.`,
  };
};

/** Says which agent takes events of this type with other values, so that nobody looks for a missing agent. */
const butOther = (agents: readonly Agent[], event: BusEvent): string => {
  const near = agents.find(({ takes }) => {
    if (takes === undefined) return false;
    const { source, 'detail-type': type } = takes;
    return source !== undefined && type !== undefined && matchesPattern({ source, 'detail-type': type }, event);
  });
  return near === undefined ? '' : ` with these values; agent ${near.name} takes this type with others`;
};

/**
 * Why this deployment does not look after the account or Region of an event, or undefined if it does. EventBridge itself
 * writes the account into an event, so that is where an incident is. An alarm must have an ARN of that account and Region, and
 * an event that pretends to be Checkrein's own must come from its own account.
 */
const outOfReach = (
  event: BusEvent,
  reading: AlarmReading,
  { settings }: Rules,
  home: AccountRegion,
): string | undefined => {
  const reach = reachOf(event, home, settings.members);
  if (reach.kind === 'foreign') return `The event is not from here. ${reach.reason}`;
  if (reach.kind === 'member' && event.source.startsWith(OWN_SOURCE_PREFIX))
    return `An event of ${event.source} counts only in Checkrein's own account; this one is of the member account ${event.account}.`;
  if (reading.kind !== 'alarm') return undefined;
  const { name, arn, account, region } = reading.alarm;
  const [, , service, ...where] = arn.split(':', 5);
  return service === 'cloudwatch' && where.join() === [region, account].join()
    ? undefined
    : `Alarm ${name} is said to be in ${account}, ${region}, but its ARN is ${arn}.`;
};
