import type { BusEvent } from '../../contracts/alarm.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import type { EventReading } from './aws-events/event-type.ts';

const TITLE_LENGTH = 200;
const CAUSE_LENGTH = 2000;

const clipped = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;

/** The subject of an event that is not an alarm: by the table of AWS's events, else by its type. Pure. */
export const eventSubject = (
  event: BusEvent,
  { verification }: Pick<Agent, 'verification'>,
  reading: EventReading | undefined,
): RecordedSubject => ({
  kind: 'event',
  title: clipped((reading?.title ?? event['detail-type']).replace(/\s+/g, ' '), TITLE_LENGTH),
  cause: clipped(reading?.cause ?? '', CAUSE_LENGTH),
  link: reading?.link ?? null,
  location: accountRegionOf(event),
  healing: verification.healedBy ?? 'nothing',
  resources: event.resources,
});
