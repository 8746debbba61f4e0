import { expect, test } from 'vitest';
import type { Moment } from '../../lambdas/contracts/moment.ts';
import { noticeOfAll } from '../../lambdas/notifiers/notify/digest.ts';
import { slackMessage } from '../../lambdas/notifiers/notify/slack-blocks.ts';
import { momentOf } from '../fixtures/moments.ts';

const wordsOf = (...moments: readonly Moment[]): string => {
  const { title, says, parts } = noticeOfAll(moments);
  return [title, says, ...parts.flatMap((part) => (part.kind === 'link' ? [part.text] : part.lines))].join('\n');
};

const OPENED = [1, 2, 3, 4, 5].map((n) => momentOf('incident.opened', { incidentId: `inc-${n}` }));

test('a request says what it is about, where, until when, and what the link is for', () => {
  const words = wordsOf(momentOf('approval.asked'));
  for (const part of [
    'About: alarm checkout-p99-latency',
    'Target: i-0abc (production, account 123456789012, eu-west-1)',
    'until 2026-11-22 07:00 UTC',
    'To approve or deny, have your own link sent to you',
  ])
    expect(words).toContain(part);
});

test.each([
  ['approval.decided', 'granted', 'Approved'],
  ['approval.decided', 'denied', 'Denied'],
  ['approval.decided', 'expired', 'Approval expired'],
  ['change.applied', 'applied', 'Change applied'],
  ['change.applied', 'failed', 'Change failed'],
  ['change.applied', 'unknown', 'Change: result unknown'],
  ['change.verified', 'healed', 'Change helped'],
  ['change.verified', 'worse', 'Change made it worse'],
  ['change.rolled-back', 'applied', 'Rolled back'],
  ['change.rolled-back', 'failed', 'Rollback failed'],
  ['incident.closed', 'escalated', 'Incident closed: escalated'],
] as const)('the title of %s with the outcome %s says what became of it: %s', (kind, outcome, title) => {
  expect(noticeOfAll([momentOf(kind, { outcome })]).title).toBe(title);
});

test('what a phone shows says each thing once', () => {
  const says = 'Incident opened: checkout-cpu-high went to ALARM.';
  expect(slackMessage(noticeOfAll([momentOf('incident.opened', { says })])).text).toBe(says);
});

test('a digest begins on a phone with the requests, and says of each where and what it is about', () => {
  const notice = noticeOfAll([...OPENED, momentOf('approval.asked')]);
  expect(slackMessage(notice).text).toMatch(/^Approvals needed: 1\. 6 moments of 5 incidents came at once/);
  const words = wordsOf(...OPENED, momentOf('approval.asked'));
  expect(words).toContain('About: alarm checkout-p99-latency');
  expect(words).toContain('Target: i-0abc (production, account 123456789012, eu-west-1)');
  expect(words).toContain('Needed: 1 of ana@example.com, ben, until 2026-11-22 07:00 UTC');
});

test('a digest counts by what became of each, and of one incident in the singular', () => {
  const words = wordsOf(
    ...[1, 2, 3, 4].map((seq) => momentOf('change.applied', { seq })),
    momentOf('change.applied', { seq: 5, outcome: 'failed' }),
    momentOf('change.rolled-back', { seq: 6 }),
  );
  expect(words).toContain('6 moments of 1 incident came at once');
  expect(words).toContain('4 × Change applied, 1 × Change failed, 1 × Rolled back');
});

test('a digest asks nobody to approve a change of an incident that it says is closed', () => {
  const words = wordsOf(...OPENED, momentOf('approval.asked', { seq: 8 }), momentOf('incident.closed', { seq: 9 }));
  expect(words).not.toContain('Approvals needed');
  expect(words).not.toContain('own link');
});
