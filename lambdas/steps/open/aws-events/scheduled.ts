import { JsonObject } from '../../../contracts/json.ts';
import type { BusEvent } from '../../../contracts/alarm.ts';
import { consolePage } from './console-page.ts';
import { eventType, type EventReading } from './event-type.ts';

/** A run of a schedule: while the incident of one run is open, the next run of the same schedule is the same subject. */
const scheduled = (name: string | undefined, link: string | null, { resources }: BusEvent): EventReading => ({
  title: name === undefined ? 'Scheduled run' : `Scheduled run of ${name}`,
  cause: '',
  link,
  key: ['schedule', resources],
});

/** A rule of EventBridge with a schedule. */
export const SCHEDULED_RULE = eventType('aws.events', ['Scheduled Event'], JsonObject, (_, event) => {
  const { region, resources } = event;
  const name = /:rule\/([^/]+)$/.exec(resources[0] ?? '')?.[1];
  return scheduled(name, consolePage(region)`events/home?region=${region}#/eventbus/default/rules/${name}`, event);
});

/** A schedule of EventBridge Scheduler. */
export const SCHEDULER = eventType('aws.scheduler', ['Scheduled Event'], JsonObject, (_, event) => {
  const { region, resources } = event;
  const [, group, name] = /:schedule\/([^/]+)\/([^/]+)$/.exec(resources[0] ?? '') ?? [];
  return scheduled(name, consolePage(region)`scheduler/home?region=${region}#schedules/${group}/${name}`, event);
});
