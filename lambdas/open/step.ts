import * as z from 'zod';
import { BusEvent, type Alarm } from '../contracts/alarm.ts';
import type { Agent } from '../contracts/agent.ts';
import type { Outcome } from '../contracts/events.ts';
import { OpenInput, OpenOutput } from '../contracts/flow.ts';
import { FAMILY } from '../contracts/ledger-keys.ts';
import type { Rules } from '../contracts/rules.ts';
import { dayKeys } from '../kernel/day-budget.ts';
import { matches } from '../kernel/event-pattern.ts';
import { Journal } from '../kernel/journal.ts';
import type { Clock, Ledger, Switch } from '../ports.ts';
import type { Step } from '../step.ts';
import { readAlarm, stormKeyOf } from './alarm.ts';
import { claim } from './storm.ts';

export interface OpenPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly switch: Switch;
  readonly rules: Rules;
}

type Output = z.infer<typeof OpenOutput>;

/** An event that becomes an incident; or the reason why it does not, and how the incident then ends. */
type Intake =
  | { readonly taken: true; readonly event: BusEvent; readonly agent: Agent; readonly alarm: Alarm | null }
  | { readonly taken: false; readonly outcome: Outcome; readonly reason: string };

/** Who takes an event. Pure. */
const route = (raw: unknown, rules: Rules): Intake => {
  const event = BusEvent.safeParse(raw);
  if (!event.success)
    return {
      taken: false,
      outcome: 'unrouted',
      reason: `This is not an EventBridge event: ${z.prettifyError(event.error)}`,
    };
  const reading = readAlarm(event.data);
  if (reading.kind === 'unreadable') return { taken: false, outcome: 'unrouted', reason: reading.reason };
  if (reading.kind === 'alarm' && reading.state !== 'ALARM')
    return {
      taken: false,
      outcome: 'unrouted',
      reason: `Alarm ${reading.alarm.name} went to ${reading.state}; only ALARM opens an incident.`,
    };
  const agent = rules.agents
    .toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name))
    .find((one) => matches(one.takes, event.data));
  if (agent === undefined)
    return {
      taken: false,
      outcome: 'unrouted',
      reason: `No agent takes ${event.data['detail-type']} from ${event.data.source}. Agents say what they take in config/agents/.`,
    };
  return { taken: true, event: event.data, agent, alarm: reading.kind === 'alarm' ? reading.alarm : null };
};

/** Counts the incident against the day. */
const countIncident = async (ports: OpenPorts, agent: Agent): Promise<string | undefined> => {
  const keys = dayKeys(agent.name, ports.clock.now());
  const perAgent = agent.budgetPerDay.incidents;
  if (!(await ports.ledger.add(keys.agent, { incidents: 1 }, { incidents: perAgent })).added)
    return `Agent ${agent.name} has had its ${perAgent} incidents of today (UTC).`;
  const perAccount = ports.rules.settings.accountBudgetPerDay.incidents;
  if (!(await ports.ledger.add(keys.account, { incidents: 1 }, { incidents: perAccount })).added)
    return `The account has had its ${perAccount} incidents of today (UTC).`;
  return undefined;
};

const refuse = async (input: OpenInput, ports: OpenPorts, outcome: Outcome, reason: string): Promise<Output> => {
  const journal = await Journal.open(ports, 'open', { incidentId: input.execution, seq: 0 });
  const id = z.object({ id: z.string() }).safeParse(input.event);
  await journal.once('incident.refused', () => ({
    data: { eventId: id.success ? id.data.id : 'unknown', outcome, reason, detail: input.event },
  }));
  return { incidentId: input.execution, agent: 'none', seq: journal.seq, next: 'close' };
};

const open = async (input: OpenInput, ports: OpenPorts): Promise<Output> => {
  const intake = route(input.event, ports.rules);
  if (!intake.taken) return refuse(input, ports, intake.outcome, intake.reason);
  const { event, agent, alarm } = intake;
  const position = await ports.switch.read();
  if (position === 'off')
    return refuse(
      input,
      ports,
      'switched-off',
      'The kill switch is off: nothing is investigated until a human turns it on.',
    );
  const joined = (incidentId: string): Output => ({ incidentId, agent: agent.name, seq: 0, next: 'done' });
  const source = await ports.ledger.create({ family: FAMILY.source, id: event.id }, { incidentId: input.execution });
  if (!source.created && source.row.data['incidentId'] !== input.execution)
    return joined(String(source.row.data['incidentId']));
  const stormKey = stormKeyOf(event, alarm);
  const claimed = await claim(ports, stormKey, input.execution, event.id);
  if (!claimed.opened) return joined(claimed.incidentId);
  const journal = await Journal.open(ports, 'open', { incidentId: input.execution, seq: 0 });
  if (journal.events.length === 0) {
    const overBudget = await countIncident(ports, agent);
    if (overBudget !== undefined) return refuse(input, ports, 'escalated', overBudget);
  }
  await journal.once('incident.opened', () => ({
    data: {
      eventId: event.id,
      execution: input.execution,
      source: event.source,
      detailType: event['detail-type'],
      time: event.time,
      stormKey,
      agent: agent.name,
      model: agent.model,
      alarm,
      detail: event.detail,
      switch: position,
      rulesHash: ports.rules.hash,
    },
  }));
  return { incidentId: input.execution, agent: agent.name, seq: journal.seq, next: 'observe' };
};

/** Turns an event into an incident, joins it to an open one, or records why it is not taken up. */
export const openStep: Step<OpenInput, Output, OpenPorts> = {
  name: 'open',
  input: OpenInput,
  output: OpenOutput,
  run: open,
};
