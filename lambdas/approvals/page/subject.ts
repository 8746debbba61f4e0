import type { TraceEventOf } from '../../contracts/events.ts';
import { plain, quoted, type PlainText } from '../../kernel/trace/outside-text.ts';
import { subjectOf, type Subject } from '../../kernel/trace/subject.ts';
import {
  claimOf,
  frequency,
  howItEnds,
  linkOf,
  resourcesOf,
  SUBJECT_HEADING,
  subjectName,
} from '../../kernel/trace/subject-text.ts';
import { html, type Html } from './html.ts';
import { moment, pairs } from './parts.ts';

type Opening = TraceEventOf<'incident.opened'>;

/** What the incident is about: what broke, was reported, asked or due, in the words of whoever said so, and which alarms joined. */
export const subjectSection = (opening: Opening, joinedAlarms: readonly PlainText[], now: Date): Html => {
  const subject = subjectOf(opening);
  const description = subject.alarm?.description ?? '';
  const unwatched = howItEnds(subject);
  return html`<section>
    <h2>${SUBJECT_HEADING[subject.kind]}</h2>
    <p>
      <strong>${headlineOf(opening)}</strong
      >${description === '' ? '' : html`<br /><span class="muted">${quoted(description, 1000)}</span>`}
    </p>
    ${pairs([...askerRow(subject), [TIME[subject.kind], moment(subject.since, now)], ...knownRows(subject)])}
    ${joinedAlarms.map((line) => html`<p>${line}</p>`)}
    ${unwatched === undefined ? '' : html`<p class="muted small">${unwatched}</p>`} ${consoleLine(subject)}
  </section>`;
};

/** The name of the subject. Its kind is in the heading. */
const headlineOf = (opening: Opening): PlainText => {
  const { kind, title } = subjectOf(opening);
  if (kind === 'schedule') return subjectName(opening, (name) => plain`${name}`);
  return kind === 'question' ? quoted(title) : plain`${title}`;
};

/** What the time of a subject means. */
const TIME: Record<Subject['kind'], string> = {
  alarm: 'Since',
  event: 'Time',
  question: 'Asked at',
  schedule: 'Begun at',
};

type Row = readonly [name: string, value: Html];

const askerRow = ({ recorded }: Subject): Row[] =>
  recorded.kind === 'question' ? [['Asked by', html`${plain`${recorded.askedBy}`} (not verified)`]] : [];

const knownRows = (subject: Subject): Row[] => {
  const { location, recorded } = subject;
  const claim = claimOf(subject, 1000);
  const resources = resourcesOf(subject);
  return [
    ...(recorded.kind === 'schedule' ? [['Runs', html`${frequency(recorded.every)}`] as const] : []),
    ...(location === null
      ? []
      : [['Location', html`${plain`account ${location.account}, ${location.region}`}`] as const]),
    ...(claim === undefined ? [] : [[String(claim[0]), html`${claim[1]}`] as const]),
    ...(resources === undefined ? [] : [['Resources', html`${resources}`] as const]),
  ];
};

/** A new tab, so that a reason that is being written is not lost. The address of this page, which has the link, is not sent along. */
const consoleLine = (subject: Subject): Html | string => {
  const link = linkOf(subject);
  if (link === undefined) return '';
  const what = subject.kind === 'alarm' ? 'Open the alarm in the AWS console' : 'Open it in the AWS console';
  return html`<p><a href="${link}" target="_blank" rel="noreferrer noopener">${what}</a></p>`;
};
