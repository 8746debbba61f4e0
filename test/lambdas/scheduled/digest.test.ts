import { beforeEach, expect, test } from 'vitest';
import { holdReport } from '../../../lambdas/kernel/limits/held-reports.ts';
import { assertScheduled } from '../../../lambdas/scheduled/scheduled-event.ts';
import { sendDigest } from '../../../lambdas/scheduled/digest/digest.ts';
import type { Notification } from '../../../lambdas/contracts/ports.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { ManualClock, RecordedNotifier } from '../../fakes/small-ports.ts';

let ledger: MemoryLedger;
let clock: ManualClock;
let notifier: RecordedNotifier;
beforeEach(() => {
  ledger = new MemoryLedger();
  clock = new ManualClock('2026-11-02T02:29:30.000Z');
  notifier = new RecordedNotifier();
});

const held = (incidentId: string, about: Notification['about'], subject = `${about}: cpu-high`) =>
  holdReport(ledger, { incidentId, about, subject, text: '…' }, clock.now());
const digest = () => sendDigest({ ledger, clock, notifier });

test('a digest names every incident, those that a person must take over first', async () => {
  await held('inc-1', 'closed');
  await held('inc-2', 'escalated');
  await held('inc-3', 'failed');
  clock.advance(1);
  await digest();
  expect(notifier.sent).toMatchObject([
    { about: 'digest', subject: '3 more incidents have ended: 1 failed, 1 escalated, 1 closed' },
  ]);
  expect(notifier.sent[0]?.audience).toBeUndefined();
  expect(notifier.sent[0]?.text.split('\n').slice(3, 6)).toEqual([
    'failed: "failed: cpu-high", incident inc-3',
    'escalated: "escalated: cpu-high", incident inc-2',
    'closed: "closed: cpu-high", incident inc-1',
  ]);
});

test('what a digest reported, the next one does not', async () => {
  await held('inc-1', 'closed');
  await digest();
  await held('inc-2', 'closed');
  clock.advance(5);
  await digest();
  clock.advance(5);
  expect(await digest()).toEqual({ reports: 0 });
  expect(notifier.sent.map(({ text }) => [...text.matchAll(/inc-\d/g)].map(String))).toEqual([['inc-1'], ['inc-2']]);
});

test('a digest that cannot be sent is an error, and the next one has its reports', async () => {
  await held('inc-1', 'failed');
  notifier.failing = true;
  await expect(digest()).rejects.toThrow('the topic is gone');
  notifier.failing = false;
  clock.advance(60);
  expect(await digest()).toEqual({ reports: 1 });
});

test('a digest of thousands is one mail that SNS takes', async () => {
  for (let n = 0; n < 3000; n += 1) await held(`inc-${n}`, 'closed', 'x'.repeat(99));
  await digest();
  expect(notifier.sent).toHaveLength(1);
  expect(notifier.sent[0]?.text).toContain('… and 2900 more.');
  expect(notifier.sent[0]?.text.length).toBeLessThan(262_144);
  clock.advance(5);
  expect(await digest()).toEqual({ reports: 0 });
});

test('only a schedule starts it', () => {
  expect(() => assertScheduled({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} })).not.toThrow();
  expect(() => assertScheduled({ source: 'shop.checkout' })).toThrow('This is not a scheduled event');
});
