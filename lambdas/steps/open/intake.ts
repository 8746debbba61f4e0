import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import { BusEvent } from '../../contracts/alarm.ts';
import { EVENT_SOURCE } from '../../contracts/approval-waiting.ts';
import { OWN_ALARM } from '../../contracts/own-alarms.ts';
import type { Rules } from '../../contracts/rules.ts';
import { matchesPattern } from '../../kernel/policy/rules/event-pattern.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import type { AccountRegion } from '../../contracts/ports.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { alarmKey, readAlarm, type AlarmReading } from './alarm.ts';
import { eventKey, eventSubject } from './event-subject.ts';
import { isQuestion, questionIntake } from './question.ts';

/** An event that an agent takes, or the reason why no agent does. */
export type Intake =
  | {
      readonly taken: true;
      readonly event: BusEvent;
      readonly agent: Agent;
      readonly subject: RecordedSubject;
      readonly key: string;
      /** Which numbers of the event were bounded. */
      readonly cleaned: readonly string[];
    }
  | { readonly taken: false; readonly reason: string };

const notTaken = (reason: string): Intake => ({ taken: false, reason });

/** Finds the agent that takes an event. `home` is where Checkrein is deployed. Pure. */
export const agentFor = (raw: unknown, rules: Rules, home: AccountRegion): Intake => {
  const event = BusEvent.safeParse(raw);
  if (!event.success) return notTaken(`This is not an EventBridge event: ${z.prettifyError(event.error)}`);
  if (event.data.source === EVENT_SOURCE)
    return notTaken(`${event.data['detail-type']} is an event of the harness itself. No agent takes those.`);
  if (isQuestion(event.data)) {
    const intake = questionIntake(event.data, rules, home);
    return intake.taken ? { ...intake, event: event.data } : intake;
  }
  const reading = readAlarm(event.data);
  if (reading.kind === 'unreadable') return notTaken(reading.reason);
  const unreachable = outOfReach(event.data, reading, rules, home);
  if (unreachable !== undefined) return notTaken(unreachable);
  if (reading.kind === 'alarm' && reading.state !== 'ALARM')
    return notTaken(`Alarm ${reading.alarm.name} went to ${reading.state}; only ALARM opens an incident.`);
  if (reading.kind === 'alarm' && reading.alarm.name.startsWith(OWN_ALARM))
    return notTaken(`${reading.alarm.name} is an alarm of the harness itself. A person looks into it, no agent.`);
  const agent = rules.agents
    .toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name))
    .find((one) => matchesPattern(one.takes, event.data));
  if (agent === undefined)
    return notTaken(
      `No agent takes ${event.data['detail-type']} from ${event.data.source}. Agents say what they take in config/agents/.`,
    );
  const taken = { taken: true, event: event.data, agent } as const;
  if (reading.kind === 'alarm') {
    const { alarm, cleaned } = reading;
    return { ...taken, subject: { kind: 'alarm', alarm }, key: alarmKey(alarm), cleaned };
  }
  return { ...taken, subject: eventSubject(event.data), key: eventKey(event.data), cleaned: [] };
};

/**
 * Why this deployment does not look after the account or Region of an event, or undefined if it does. The account and
 * Region of an incident come from its alarm. So events other than alarms are accepted only from Checkrein's own
 * account, and an alarm must have an ARN of the account and Region that the event names.
 */
const outOfReach = (
  event: BusEvent,
  reading: AlarmReading,
  { settings }: Rules,
  home: AccountRegion,
): string | undefined => {
  const reach = reachOf(event, home, settings.members);
  if (reach.kind === 'foreign') return `The event is not from here. ${reach.reason}`;
  if (reading.kind === 'alarm') {
    const { name, arn, account, region } = reading.alarm;
    const [, , service, ...where] = arn.split(':', 5);
    return service === 'cloudwatch' && where.join() === [region, account].join()
      ? undefined
      : `Alarm ${name} is said to be in ${account}, ${region}, but its ARN is ${arn}.`;
  }
  return reach.kind === 'member' ? `Of the member account ${event.account} only alarms are taken.` : undefined;
};
