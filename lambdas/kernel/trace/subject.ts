import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import type { AccountRegion } from '../../contracts/ports.ts';
import type { HealedBy, RecordedSubject } from '../../contracts/subject.ts';
import { alarmLink, consoleLink } from './console-link.ts';
import { openingOf } from './queries.ts';

/** What an incident is about, whatever its kind. `title` and `cause` are outside text. */
export interface Subject {
  readonly kind: RecordedSubject['kind'];
  /** One line for people: the name of the alarm, for example. */
  readonly title: string;
  /** Null: nowhere in particular, so Checkrein's own account and Region. */
  readonly location: AccountRegion | null;
  /** What the subject itself says is wrong. A claim; empty if it says nothing. */
  readonly cause: string;
  /** Page of an AWS console about it, if there is one. */
  readonly link: string | null;
  /** Events with the same key belong to one incident. */
  readonly key: string;
  /** ISO time since when. */
  readonly since: string;
  readonly healedBy: HealedBy;
  /** The alarm, if it is one. */
  readonly alarm: Alarm | null;
  /** As recorded, with the fields of its kind. */
  readonly recorded: RecordedSubject;
}

type Opening = TraceEventOf<'incident.opened'>;

/** The subject of an incident, from its opening. Openings of earlier versions have an alarm, or only the type of the event. */
export const subjectOf = ({ data }: Pick<Opening, 'data'>): Subject => {
  const recorded = data.subject ?? formerSubject(data);
  const { stormKey: key, time } = data;
  if (recorded.kind === 'alarm') {
    const { alarm } = recorded;
    const { name: title, reason: cause, account, region, since } = alarm;
    const link = alarmLink(alarm);
    return {
      kind: 'alarm',
      title,
      location: { account, region },
      cause,
      link,
      key,
      since,
      healedBy: 'alarm',
      alarm,
      recorded,
    };
  }
  const { kind, title, location, cause, healing } = recorded;
  const link = consoleLink(recorded.link);
  return { kind, title, location, cause, link, key, since: time, healedBy: healing, alarm: null, recorded };
};

/** The subject of the incident of a trace. */
export const subjectOn = (events: readonly TraceEvent[]): Subject => subjectOf(openingOf(events));

/** Earlier versions recorded an alarm, and of every other event no more than its type and its detail. */
const formerSubject = ({ alarm, detailType }: Opening['data']): RecordedSubject =>
  alarm
    ? { kind: 'alarm', alarm }
    : {
        kind: 'event',
        title: detailType,
        cause: '',
        link: null,
        location: null,
        healing: 'nothing',
        resources: [],
      };
