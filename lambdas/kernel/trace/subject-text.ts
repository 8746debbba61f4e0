import type { TraceEventOf } from '../../contracts/events.ts';
import { asciiName, joined, named, ours, plain, quoted, type PlainText } from './outside-text.ts';
import { minuteOf } from './plan-text.ts';
import { subjectOf, type Subject } from './subject.ts';

type Opening = Pick<TraceEventOf<'incident.opened'>, 'data'>;

/** Characters of a title: of the longest name of an alarm, and where it must not fill the line. */
const TITLE_LIMIT = 256;
export const SHORT_TITLE = 100;
/** A title in the subject of a mail has at least a few words. */
const SHORTEST_TITLE = 10;
const ASKER_LIMIT = 60;
/** Characters of what a subject says. A question is shown longer: it is all there is. */
const CLAIM_LIMIT = 500;
const QUESTION_LIMIT = 2000;
/** Resources that are named; the trace has all of them. */
const MOST_RESOURCES = 5;

/** What the subject of an incident is, in words that fit its kind. No full stop. */
export const subjectInWords = (opening: Opening, room = TITLE_LIMIT): PlainText => {
  const { title, since, recorded } = subjectOf(opening);
  switch (recorded.kind) {
    case 'alarm':
      return plain`${named(title, room)} went to ALARM at ${minuteOf(since)}`;
    case 'event':
      return plain`${named(title, room)} at ${minuteOf(since)}`;
    case 'question':
      return plain`${named(recorded.askedBy, ASKER_LIMIT)} asks: ${quoted(title, room)} (asker not verified)`;
    case 'schedule':
      return plain`the scheduled run of ${opening.data.agent} (${frequency(recorded.every)}) at ${minuteOf(since)}`;
  }
};

/** What people call the subject, with its kind unless it is an alarm: `question "why is checkout slow?"`. */
export const subjectName = (opening: Opening, show: (name: string) => PlainText): PlainText => {
  const { kind, title } = subjectOf(opening);
  switch (kind) {
    case 'alarm':
      return show(title);
    case 'event':
    case 'question':
      return plain`${ours(kind)} ${show(title)}`;
    case 'schedule':
      return plain`scheduled run of ${show(opening.data.agent)}`;
  }
};

/** The same in ASCII, for the subject of a mail with so much room. Its title is cut, and its kind is not. */
export const subjectInMail = (opening: Opening, room: number): PlainText => {
  const kind = String(subjectName(opening, () => plain``)).length;
  return subjectName(opening, (name) => asciiName(name, Math.max(room - kind, SHORTEST_TITLE)));
};

/** How often a scheduled run comes: `every 7 days`, or the expression itself. */
export const frequency = (every: string): PlainText => {
  const [, count = '', unit = ''] = /^rate\((\d{1,5}) (minute|hour|day)s?\)$/.exec(every) ?? [];
  if (unit !== '') return ours(count === '1' ? `every ${unit}` : `every ${count} ${unit}s`);
  return /^(hour|day|week)$/.test(every) ? ours(`every ${every}`) : named(every, ASKER_LIMIT);
};

/** Heading of the subject on a page and in a mail. */
export const SUBJECT_HEADING: Record<Subject['kind'], PlainText> = {
  alarm: plain`What broke`,
  event: plain`What was reported`,
  question: plain`What was asked`,
  schedule: plain`What was due`,
};

/** Who says what is wrong with a subject, before a colon. */
const SPEAKER: Record<Subject['kind'], PlainText> = {
  alarm: plain`CloudWatch says`,
  event: plain`The event says`,
  question: plain`The question`,
  schedule: plain`The schedule says`,
};

/** Where the subject is: `in account 123456789012, eu-west-1`; undefined if it is nowhere in particular. */
export const whereabouts = ({ location }: Subject): PlainText | undefined =>
  location === null ? undefined : plain`in account ${location.account}, ${location.region}`;

/** What the subject itself says, with who says so, in its own words; undefined if it says no more than its title. */
export const claimOf = (
  { cause, title, recorded }: Subject,
  room = CLAIM_LIMIT,
): readonly [speaker: PlainText, words: PlainText] | undefined => {
  const [words, limit] = recorded.kind === 'question' ? [recorded.question, QUESTION_LIMIT] : [cause, room];
  return words === '' || (words === title && title.length <= SHORT_TITLE)
    ? undefined
    : [SPEAKER[recorded.kind], quoted(words, limit)];
};

/** The resources that an event names, as far as a line has room; undefined if it names none. */
export const resourcesOf = ({ recorded }: Subject): PlainText | undefined => {
  if (recorded.kind !== 'event' || recorded.resources.length === 0) return undefined;
  const more = recorded.resources.length - MOST_RESOURCES;
  return plain`${joined(recorded.resources.slice(0, MOST_RESOURCES), ', ')}${more > 0 ? plain` and ${more} more` : ''}`;
};

/** Who tells whether a subject without an alarm is over; undefined for an alarm, which tells it itself. */
export const howItEnds = ({ kind, healedBy }: Subject): PlainText | undefined => {
  if (healedBy === 'alarm') return undefined;
  if (healedBy === 'target') return plain`No alarm watches this: whether a change helps is judged by its target alone.`;
  return kind === 'event'
    ? plain`No alarm watches this, so nothing shows by itself whether it is over.`
    : plain`No alarm watches this, so nothing shows by itself whether a change helps.`;
};

/** What mail and report say about a subject below its name: place, claim, resources. Each is a line. */
export const subjectDetails = (subject: Subject): PlainText[] => {
  const where = whereabouts(subject);
  const claim = claimOf(subject);
  const resources = resourcesOf(subject);
  return [
    ...(where === undefined ? [] : [plain`It is ${where}.`]),
    ...(claim === undefined ? [] : [plain`${claim[0]}: ${claim[1]}`]),
    ...(resources === undefined ? [] : [plain`Resources: ${resources}.`]),
  ];
};

/** The page of the console about a subject. `consoleLink` has decided where it may lead, so it stays a link. */
export const linkOf = ({ link }: Subject): PlainText | undefined => (link === null ? undefined : ours(link));
