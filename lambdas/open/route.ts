import * as z from 'zod';
import type { Agent } from '../contracts/agent.ts';
import { BusEvent, type Alarm } from '../contracts/alarm.ts';
import { OWN_ALARM } from '../contracts/own-alarms.ts';
import type { Rules } from '../contracts/rules.ts';
import { matches } from '../kernel/event-pattern.ts';
import { readAlarm } from './alarm.ts';

/** An event that an agent takes; or the reason why nobody does. */
export type Intake =
  | { readonly taken: true; readonly event: BusEvent; readonly agent: Agent; readonly alarm: Alarm | null }
  | { readonly taken: false; readonly reason: string };

const nobody = (reason: string): Intake => ({ taken: false, reason });

/** Who takes an event. Pure. */
export const route = (raw: unknown, rules: Rules): Intake => {
  const event = BusEvent.safeParse(raw);
  if (!event.success) return nobody(`This is not an EventBridge event: ${z.prettifyError(event.error)}`);
  const reading = readAlarm(event.data);
  if (reading.kind === 'unreadable') return nobody(reading.reason);
  if (reading.kind === 'alarm' && reading.state !== 'ALARM')
    return nobody(`Alarm ${reading.alarm.name} went to ${reading.state}; only ALARM opens an incident.`);
  if (reading.kind === 'alarm' && reading.alarm.name.startsWith(OWN_ALARM))
    return nobody(`${reading.alarm.name} is an alarm of the harness itself. A person looks into it, no agent.`);
  if (rules.settings.members?.accounts.includes(event.data.account) === true)
    return nobody(`The event is from the member account ${event.data.account}, which no agent can look into yet.`);
  const agent = rules.agents
    .toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name))
    .find((one) => matches(one.takes, event.data));
  if (agent === undefined)
    return nobody(
      `No agent takes ${event.data['detail-type']} from ${event.data.source}. Agents say what they take in config/agents/.`,
    );
  return { taken: true, event: event.data, agent, alarm: reading.kind === 'alarm' ? reading.alarm : null };
};
