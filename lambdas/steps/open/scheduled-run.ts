import * as z from 'zod';
import type { BusEvent } from '../../contracts/alarm.ts';
import type { Agent } from '../../contracts/agent.ts';
import { SCHEDULE_SOURCE, SCHEDULE_TYPE, ScheduleDetail } from '../../contracts/schedule.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import { canonical } from '../../kernel/trace/canonical.ts';

/** An event read as a run by the clock: the run, an event of another kind, or why there is no such run. */
export type ScheduleReading =
  | { readonly kind: 'run'; readonly agent: Agent; readonly subject: RecordedSubject; readonly key: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Reads the event that the schedule of an agent sends. Only the agent that it names can take it, and only if it still declares
 * `every`. The agent is the key: while one run is open, the next one joins it.
 */
export const readSchedule = (event: BusEvent, agents: readonly Agent[]): ScheduleReading => {
  if (event.source !== SCHEDULE_SOURCE) return { kind: 'other' };
  const refused = (reason: string): ScheduleReading => ({ kind: 'refused', reason });
  const detail = ScheduleDetail.safeParse(event.detail);
  if (event['detail-type'] !== SCHEDULE_TYPE || !detail.success)
    return refused(
      `An event of ${SCHEDULE_SOURCE} must have the detail-type ${SCHEDULE_TYPE} and the name of an agent in detail.agent${detail.success ? '' : `: ${z.prettifyError(detail.error)}`}.`,
    );
  const { agent: name } = detail.data;
  const agent = agents.find((one) => one.name === name);
  if (agent?.every === undefined)
    return refused(`No agent ${JSON.stringify(name)} with a schedule (\`every\`) is in config/agents/.`);
  const { account, region, source } = event;
  return {
    kind: 'run',
    agent,
    subject: {
      kind: 'schedule',
      title: `Scheduled run of ${agent.name}`,
      cause: '',
      link: null,
      location: accountRegionOf(event),
      healing: agent.verification.healedBy ?? 'nothing',
      every: agent.every,
    },
    key: canonical([account, region, source, agent.name]),
  };
};
