import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import { BusEvent, type Alarm } from '../../contracts/alarm.ts';
import { OWN_ALARM } from '../../contracts/own-alarms.ts';
import type { Rules } from '../../contracts/rules.ts';
import { matchesPattern } from '../../kernel/policy/rules/event-pattern.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import type { AccountRegion } from '../../contracts/ports.ts';
import { readAlarm, type AlarmReading } from './alarm.ts';

/** An event that an agent takes; or the reason why nobody does. */
export type Intake =
  | { readonly taken: true; readonly event: BusEvent; readonly agent: Agent; readonly alarm: Alarm | null }
  | { readonly taken: false; readonly reason: string };

const nobody = (reason: string): Intake => ({ taken: false, reason });

/** Who takes an event that reached a deployment at `home`. Pure. */
export const route = (raw: unknown, rules: Rules, home: AccountRegion): Intake => {
  const event = BusEvent.safeParse(raw);
  if (!event.success) return nobody(`This is not an EventBridge event: ${z.prettifyError(event.error)}`);
  const reading = readAlarm(event.data);
  if (reading.kind === 'unreadable') return nobody(reading.reason);
  const distant = outOfReach(event.data, reading, rules, home);
  if (distant !== undefined) return nobody(distant);
  if (reading.kind === 'alarm' && reading.state !== 'ALARM')
    return nobody(`Alarm ${reading.alarm.name} went to ${reading.state}; only ALARM opens an incident.`);
  if (reading.kind === 'alarm' && reading.alarm.name.startsWith(OWN_ALARM))
    return nobody(`${reading.alarm.name} is an alarm of the harness itself. A person looks into it, no agent.`);
  const agent = rules.agents
    .toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name))
    .find((one) => matchesPattern(one.takes, event.data));
  if (agent === undefined)
    return nobody(
      `No agent takes ${event.data['detail-type']} from ${event.data.source}. Agents say what they take in config/agents/.`,
    );
  return { taken: true, event: event.data, agent, alarm: reading.kind === 'alarm' ? reading.alarm : null };
};

/**
 * Why an event is about a place that is not looked into. Where the incident is looked into is read off its alarm,
 * so an event that is none is taken from home only, and an alarm has to bear an ARN of the place it says it is in.
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
