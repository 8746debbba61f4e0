import { expect, test } from 'vitest';
import { digested, paced, REPORTS_A_MINUTE } from '../../../../lambdas/kernel/limits/mail-rate.ts';
import { sendDigest } from '../../../../lambdas/scheduled/digest/digest.ts';
import type { Notification, Notifier } from '../../../../lambdas/contracts/ports.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';

/** SNS suspends an e-mail subscription above this. */
const SNS_LIMIT = 10;

/** A topic that notes when it got each message. */
const topic = (clock: ManualClock) => {
  const got: { at: number; message: Notification }[] = [];
  const notifier: Notifier = {
    notify: async (message) => {
      got.push({ at: clock.now().getTime(), message });
      return 'sent';
    },
  };
  return { got, notifier };
};

/** The most messages within any second that one mailbox got. */
const busiestSecond = (got: readonly { at: number; message: Notification }[], mailbox: string): number => {
  const times = got.filter(({ message }) => [undefined, mailbox].includes(message.audience)).map(({ at }) => at);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
};

const report = (n: number): Notification => ({
  about: n % 100 === 0 ? 'failed' : 'closed',
  incidentId: `inc-${String(n).padStart(4, '0')}`,
  subject: `diagnosed: alarm-${n}`,
  text: '…',
});

test('in a storm of 1,000 incidents no mailbox gets 10 reports within a second, and each incident is reported once', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:19:50.000Z');
  const { got, notifier } = topic(clock);
  const reports = digested(notifier, { ledger, clock });
  const tick = async () => {
    if (clock.now().getTime() % 300_000 < 36) await sendDigest({ ledger, clock, notifier });
  };
  for (let n = 0; n < 1000; n += 1) {
    await reports.notify(report(n));
    await clock.sleep(36);
    await tick();
  }
  clock.advance(5);
  await sendDigest({ ledger, clock, notifier });

  expect(busiestSecond(got, 'sre@example.com')).toBeLessThan(SNS_LIMIT);
  const digests = got.filter(({ message }) => message.about === 'digest');
  expect(got.length - digests.length).toBe(2 * REPORTS_A_MINUTE);
  const inDigests = digests.reduce((sum, { message }) => sum + Number.parseInt(message.subject, 10), 0);
  expect(inDigests).toBe(1000 - 2 * REPORTS_A_MINUTE);
});

test('a quiet hour: each report is a mail of its own', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:20:00.000Z');
  const { got, notifier } = topic(clock);
  const reports = digested(notifier, { ledger, clock });
  for (let n = 0; n < 12; n += 1) {
    expect(await reports.notify(report(n))).toBe('sent');
    clock.advance(5);
  }
  expect(got).toHaveLength(12);
  expect(await sendDigest({ ledger, clock, notifier })).toEqual({ reports: 0 });
});

const request = (n: number, audience?: string): Notification => ({
  about: audience === undefined ? 'break-glass' : 'approval',
  incidentId: `inc-${n}`,
  subject: 'Approve?',
  text: '…',
  ...(audience !== undefined && { audience }),
});

test('requests that come at once wait for their second; no mailbox gets 10 within one', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:20:00.900Z');
  const { got, notifier } = topic(clock);
  const requests = paced(notifier, 'mail', { ledger, clock });
  const receipts = paced(notifier, 'receipt', { ledger, clock });
  for (let n = 0; n < 18; n += 1) await requests.notify(request(n, 'sre@example.com'));
  for (let n = 0; n < 3; n += 1) await receipts.notify(request(n));
  expect(got).toHaveLength(21);
  expect(busiestSecond(got, 'sre@example.com')).toBeLessThan(SNS_LIMIT);
});

test('one approver does not wait for the mails of another', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:20:00.000Z');
  const approvals = paced(topic(clock).notifier, 'mail', { ledger, clock });
  for (let n = 0; n < 2; n += 1)
    for (const audience of ['ana@example.com', 'ben@example.com']) await approvals.notify(request(n, audience));
  expect(clock.now().toISOString()).toBe('2026-11-02T02:20:00.000Z');
});

test('however many requests there are, a receipt finds its own place', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:20:00.000Z');
  const { notifier } = topic(clock);
  for (let n = 0; n < 2; n += 1) await paced(notifier, 'mail', { ledger, clock }).notify(request(n, 'sre@example.com'));
  await paced(notifier, 'receipt', { ledger, clock }).notify(request(3, 'sre@example.com'));
  expect(clock.now().toISOString()).toBe('2026-11-02T02:20:00.000Z');
});

test('a request that finds no room is an error with a reason, not a mail too many', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:20:00.000Z');
  const { got, notifier } = topic(clock);
  const full = fullOf(ledger);
  await expect(paced(notifier, 'mail', { ledger: full, clock }).notify(request(1, 'sre@example.com'))).rejects.toThrow(
    'Too many messages for sre@example.com at once: 2 a second were sent, and this one found no room in 10 s.',
  );
  expect(got).toEqual([]);
  expect(clock.now().toISOString()).toBe('2026-11-02T02:20:10.000Z');
});

/** A ledger whose every second is full. */
const fullOf = (ledger: MemoryLedger) => ({
  append: ledger.append.bind(ledger),
  events: ledger.events.bind(ledger),
  fetch: ledger.fetch.bind(ledger),
  list: ledger.list.bind(ledger),
  create: ledger.create.bind(ledger),
  replace: ledger.replace.bind(ledger),
  add: async () => ({ added: false, totals: { mails: 2 } }),
});
