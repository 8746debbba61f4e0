import type { BusEvent } from '../../contracts/alarm.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import { canonical } from '../../kernel/trace/canonical.ts';

/** The subject of an event that is not an alarm. Pure. */
export const eventSubject = (event: BusEvent): RecordedSubject => ({
  kind: 'event',
  title: event['detail-type'],
  cause: '',
  link: null,
  location: accountRegionOf(event),
  healing: 'nothing',
  resources: event.resources,
});

/** The deduplication key of an event that is not an alarm: events with the same key belong to one incident. */
export const eventKey = (event: BusEvent): string =>
  canonical([event.account, event.region, event.source, event['detail-type'], event.resources]);
