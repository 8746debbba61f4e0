import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { incidentSummary } from '../../../../bin/io/incident-summary.ts';
import { coloursFor, timelineLines } from '../../../../bin/io/timeline-lines.ts';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import type { RecordedSubject } from '../../../../lambdas/contracts/subject.ts';
import { endingOf } from '../../../../lambdas/kernel/trace/ending.ts';
import { closingMessage, reportOf } from '../../../../lambdas/kernel/trace/report.ts';
import { claimOf, frequency, resourcesOf } from '../../../../lambdas/kernel/trace/subject-text.ts';
import { whatHappened } from '../../../../lambdas/kernel/trace/what-happened.ts';
import { subjectFor, withSubject } from '../../../fixtures/subjects.ts';
import { BUILD_FAILURE, QUESTION, TOLD_SUBJECTS, WEEKLY_RUN } from '../../../fixtures/told-subjects.ts';

const recorded = readFileSync(
  join(import.meta.dirname, '../../../fixtures/traces/undersized-instance/trace.jsonl'),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line): unknown => JSON.parse(line))
  .filter(isTraceEvent);
const about = (subject: RecordedSubject): TraceEvent[] => withSubject(recorded, subject);
const opening = (subject: RecordedSubject): TraceEvent[] => about(subject).slice(0, 1);

const SAYS_NO_ALARM = /No alarm watches this/g;

describe('where nothing is an alarm', () => {
  test.each(TOLD_SUBJECTS)(
    'the report, the mail and the timeline of $kind speak of an alarm at most to say that there is none',
    (subject) => {
      const events = opening(subject);
      const { text, subject: mailSubject } = closingMessage(events);
      const shown = [reportOf(events), text, mailSubject, ...timelineOf(events)].map(String).join('\n');
      expect(shown.replace(SAYS_NO_ALARM, '')).not.toMatch(/alarm|CloudWatch/i);
    },
  );

  test.each<[RecordedSubject, string]>([
    [BUILD_FAILURE, 'No alarm watches this, so nothing shows by itself whether it is over.'],
    [QUESTION, 'No alarm watches this, so nothing shows by itself whether a change helps.'],
    [WEEKLY_RUN, 'No alarm watches this: whether a change helps is judged by its target alone.'],
  ])('what happened ends with who can tell that it is over', (subject, line) => {
    expect(whatHappened(opening(subject), true).map(String)).toEqual(['Nothing has been changed so far.', line]);
    expect(whatHappened(about(subject)).map(String)).toContain(line);
  });

  test('at the end, a question or a run that changed nothing says no more than that', () => {
    for (const subject of [QUESTION, WEEKLY_RUN])
      expect(whatHappened(opening(subject)).map(String)).toEqual(['Nothing was changed.']);
    expect(whatHappened(opening(BUILD_FAILURE)).map(String)).toHaveLength(2);
  });

  test('an ending is explained by the target, or by no change at all', () => {
    expect(endingOf(about(WEEKLY_RUN))).toMatchObject({
      outcome: 'healed',
      reason: 'A change was applied and verified against the target.',
    });
    const unchanged = about(QUESTION).filter(({ kind }) => kind !== 'change.verified');
    expect(endingOf(unchanged)).toMatchObject({
      outcome: 'diagnosed',
      reason: 'The agent answered the question, and no change was verified to help.',
    });
    const answered = unchanged.filter(({ kind }) => kind !== 'apply.started');
    expect(endingOf(answered).reason).toBe('The agent answered the question and changed nothing.');
  });
});

const timelineOf = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => timelineLines(event, coloursFor({}), 1000).map(String));

describe('a subject in words', () => {
  test.each<[RecordedSubject, RegExp]>([
    [
      BUILD_FAILURE,
      /^\S+ {2}event +"checkout: build FAILED" at 2026-11-20 09:26 UTC, in account 111122223333, eu-west-1\.$/,
    ],
    [QUESTION, /^\S+ {2}question +ana@example\.com asks: "why is checkout slow\?" \(asker not verified\)\.$/],
    [
      WEEKLY_RUN,
      /^\S+ {2}schedule +the scheduled run of ec2-responder \(every 7 days\) at 2026-11-20 09:26 UTC, in account 111122223333, eu-west-1\.$/,
    ],
  ])('opens the timeline', (subject, line) => {
    expect(timelineOf(opening(subject))[0]).toMatch(line);
  });

  test('is the subject of the closing mail, with its kind', () => {
    const subjects = [...TOLD_SUBJECTS.map(about), recorded].map((events) => String(closingMessage(events).subject));
    expect(subjects).toEqual([
      'healed: event "checkout: build FAILED"',
      'healed: question "why is checkout slow?"',
      'healed: scheduled run of ec2-responder',
      'healed: checkout-cpu-high',
    ]);
  });

  test('stands in the report with its place, its claim, its resources and its page in the console', () => {
    const report = reportOf(about(BUILD_FAILURE)).split('\n');
    for (const line of [
      '# healed: event "checkout: build FAILED"',
      'What was reported: "checkout: build FAILED" at 2026-11-20 09:26 UTC.',
      'It is in account 111122223333, eu-west-1.',
      'The event says: "Phase BUILD: COMMAND_EXECUTION_ERROR: exit status 1 while executing npm test."',
      'Resources: arn:aws:codebuild:eu-west-1:111122223333:build/checkout:1f4d.',
      `In the console: <${BUILD_FAILURE.link}>`,
    ])
      expect(report).toContain(line);
  });

  test('says how often a scheduled run comes', () => {
    const words = ['rate(1 day)', 'rate(12 hours)', 'week', 'cron(0 6 ? * MON *)'].map((every) =>
      String(frequency(every)),
    );
    expect(words).toEqual(['every day', 'every 12 hours', 'every week', '"cron(0 6 ? * MON *)"']);
  });

  test('names five resources at most, and counts the others', () => {
    const resources = Array.from({ length: 300 }, (_, at) => `arn:aws:s3:::b${at}`);
    expect(String(resourcesOf(subjectFor({ ...BUILD_FAILURE, resources })))).toMatch(
      /^(arn:aws:s3:::b\d(, )?){5} and 295 more$/,
    );
  });
});

test('the list of incidents has the kind, the title, the place and the link of each subject', () => {
  const [event, question] = [BUILD_FAILURE, QUESTION].map((one) => incidentSummary('inc-1', '', about(one)));
  expect(event?.subject).toEqual({
    kind: 'event',
    title: 'checkout: build FAILED',
    location: BUILD_FAILURE.location,
    since: '2026-11-20T09:26:12Z',
    link: BUILD_FAILURE.link,
  });
  expect(question).toMatchObject({ about: 'why is checkout slow?', subject: { kind: 'question', link: null } });
  expect(incidentSummary('inc-1', '', []).subject).toBeNull();
});

test('a question that is too long for a line stands below it', () => {
  const question = `why is ${'x'.repeat(100)} slow?`;
  const [speaker, words] = claimOf(subjectFor({ ...QUESTION, title: question, question })) ?? [];
  expect([String(speaker), String(words)]).toEqual(['The question', `"${question}"`]);
  expect(claimOf(subjectFor({ ...QUESTION, question: QUESTION.title }))).toBeUndefined();
});
