import type { BusEvent } from '../../contracts/alarm.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import { resourcesOf } from './alarm-resources.ts';
import { childrenOf, type ChildAlarm } from './composite-children.ts';

/** Why an event joins an open incident. */
export type Why = 'copy' | 'resource' | 'composite' | 'storm';

/** A key that an open incident may hold already, and what an event that finds it there is. */
export interface Lookup {
  readonly key: string;
  readonly why: Why;
  /** Why the event joins, in our own words. */
  readonly says: string;
}

/** The deduplication keys of an event. */
export interface DeduplicationKeys {
  /** Where to look for an open incident, in this order. */
  readonly lookups: readonly Lookup[];
  /** The key of the alarm or event itself: what has the same one is a copy. */
  readonly exact: string;
  /** The key that decides which incident this event belongs to. */
  readonly primary: string;
  /** Further keys of an incident that this event opens. */
  readonly aliases: readonly string[];
  /** Keys under which this event is found again after it joined an incident. They name the alarm, not its resource. */
  readonly own: readonly string[];
}

/** The key that an alarm holds, for a composite that names it. */
const alarmOf = ({ account, region, name }: ChildAlarm): string => canonical(['alarm', account, region, name]);
/** The key that a composite holds for each alarm that its rule names. */
const childOf = ({ account, region, name }: ChildAlarm): string => canonical(['child', account, region, name]);

/** The keys that an alarm shares with the other alarms of the composites that name it. Pure. */
export const siblingLookups = (
  { account, region }: Pick<ChildAlarm, 'account' | 'region'>,
  parents: readonly string[],
): Lookup[] =>
  parents.map((name) => ({
    key: canonical(['siblings', account, region, name]),
    why: 'composite',
    says: 'The rule of one composite alarm names it and an alarm of this incident.',
  }));

/**
 * The keys of an event. `exact` is that of the event or alarm itself, the only one of former versions. It contains the
 * dimensions; that is why an alarm is not simply found by its name. Pure.
 */
export const keysOf = (event: BusEvent, subject: RecordedSubject, exact: string): DeduplicationKeys => {
  const copy: Lookup = { key: exact, why: 'copy', says: '' };
  if (subject.kind !== 'alarm') return { lookups: [copy], exact, primary: exact, aliases: [], own: [exact] };
  const { alarm } = subject;
  const resources = resourcesOf(alarm);
  const children = childrenOf(event);
  const lookups: Lookup[] = [
    copy,
    ...resources.map(({ key, named }): Lookup => {
      return { key, why: 'resource', says: `It is about the resource of this incident, by its dimension ${named}.` };
    }),
    { key: childOf(alarm), why: 'composite', says: 'The rule of a composite alarm of this incident names it.' },
    ...children.map((child): Lookup => {
      return {
        key: alarmOf(child),
        why: 'composite',
        says: 'It is a composite alarm whose rule names one of this incident.',
      };
    }),
  ];
  const own = [exact, alarmOf(alarm), ...children.map(childOf)];
  const [primary = exact, ...others] = [...resources.map(({ key }) => key), ...own];
  return { lookups, exact, primary, aliases: others, own };
};
