import { plain, quoted, type PlainText } from './outside-text.ts';
import type { Subject } from './subject.ts';

/** Who says what is wrong with a subject, before a colon. */
const SPEAKER: Record<Subject['kind'], PlainText> = {
  alarm: plain`CloudWatch says`,
  event: plain`The event says`,
  question: plain`The question`,
  schedule: plain`The schedule`,
};

/** Where the subject is: `in account 123456789012, eu-west-1`; undefined if it is nowhere in particular. */
export const whereabouts = ({ location }: Subject): PlainText | undefined =>
  location === null ? undefined : plain`in account ${location.account}, ${location.region}`;

/** What the subject itself says is wrong, in its own words; undefined if it says nothing. */
export const claimOf = ({ kind, cause }: Subject): PlainText | undefined =>
  cause === '' ? undefined : plain`${SPEAKER[kind]}: ${quoted(cause)}`;
