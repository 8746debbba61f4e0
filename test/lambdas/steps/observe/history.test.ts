import { expect, test } from 'vitest';
import { historyText } from '../../../../lambdas/kernel/limits/history-text.ts';
import {
  closedIncidents,
  earlierIncidents,
  recordClosed,
  type ClosedIncident,
  type EarlierIncident,
  type HistoryKey,
} from '../../../../lambdas/kernel/limits/history.ts';
import { allOf, openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { subjectOn } from '../../../../lambdas/kernel/trace/subject.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { APP_ARN, TestHarness } from '../../../fixtures/harness.ts';
import { closing } from '../close/conclusion.ts';

/** The nth incident of the same alarm, an hour after the one before, up to its first look. */
const nth = async (n: number, ledger: MemoryLedger): Promise<TestHarness> => {
  const harness = new TestHarness({ ledger, execution: `incident-${n}` });
  harness.clock.advance(n * 60);
  await harness.open({ ...harness.alarmEvent(), id: `event-${n}` });
  await harness.observe();
  return harness;
};

const concluded = async (harness: TestHarness): Promise<TestHarness> => {
  await harness.decide([call('conclude', closing, 'conclude')]);
  return harness;
};

const evidenceOf = async (harness: TestHarness) =>
  allOf(await harness.events(), 'evidence.gathered').map(({ data }) => data);

const arnOf = async (harness: TestHarness): Promise<string> => subjectOn(await harness.events()).alarm?.arn ?? '';

test('of ten flaps, each closed first, the tenth sees the newest five, marked as history', async () => {
  const ledger = new MemoryLedger();
  for (let n = 0; n < 9; n += 1) await (await concluded(await nth(n, ledger))).close();
  const [first, second] = await evidenceOf(await nth(9, ledger));
  expect(first).toMatchObject({ evidence: 'E1', tool: 'earlier_incidents', outcome: 'ok' });
  const lines = (first?.text ?? '').split('\n');
  expect(lines[0]).toMatch(/^History, not the present state: the newest 5 earlier incidents/);
  expect(lines.slice(1).map((line) => /^- (incident-\d)/.exec(line)?.[1])).toEqual([
    'incident-8',
    'incident-7',
    'incident-6',
    'incident-5',
    'incident-4',
  ]);
  expect(lines[1]).toContain('ended as diagnosed. Nothing was changed. The next incident came 60 min after its close.');
  expect(first?.text).not.toContain(closing.summary);
  expect(second?.tool).toBe('describe_alarm');
});

test('the first incident of an alarm has no evidence about history', async () => {
  const tools = (await evidenceOf(await nth(0, new MemoryLedger()))).map(({ tool }) => tool);
  expect(tools).not.toContain('earlier_incidents');
});

test('a first look that crashes at any write and is retried tells the history once', async () => {
  for (let write = 0; write < 8; write += 1) {
    const ledger = new MemoryLedger();
    await (await concluded(await nth(0, ledger))).close();
    const harness = new TestHarness({ ledger, execution: 'incident-1' });
    await harness.open({ ...harness.alarmEvent(), id: 'event-1' });
    const entered = harness.at;
    const crashing = { ledger: new CrashingLedger(ledger, write) };
    await harness.observe(crashing).catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
    harness.at = entered;
    await harness.observe();
    const tools = (await evidenceOf(harness)).map(({ tool }) => tool);
    expect(tools.filter((tool) => tool === 'earlier_incidents')).toHaveLength(1);
    expect(tools).toHaveLength(5);
  }
});

test('a Close that crashes at any write and is retried files its incident once', async () => {
  for (let write = 0; write < 8; write += 1) {
    const harness = await concluded(await nth(0, new MemoryLedger()));
    const entered = harness.at;
    const crashing = { ledger: new CrashingLedger(harness.ledger, write) };
    await harness.close(undefined, crashing).catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
    harness.clock.advance(1);
    harness.at = entered;
    await harness.close();
    const filed = await closedIncidents(harness.ledger, { of: 'alarm', arn: await arnOf(harness) }, 5);
    expect(filed).toMatchObject([{ incidentId: 'incident-0', openedAt: openingOf(await harness.events()).at }]);
  }
});

test('an incident that changed something is filed under its target too, with what was changed in our words', async () => {
  const harness = await (await new TestHarness().begin()).untilGranted();
  await harness.apply();
  await harness.untilVerified();
  await harness.decide([call('conclude', { ...closing, plans: [{ plan: 'P1', applied: true }] })]);
  await harness.close();
  const [filed] = await closedIncidents(harness.ledger, { of: 'target', ref: APP_ARN }, 5);
  expect(filed).toMatchObject({ outcome: 'healed' });
  expect(filed?.changes).toHaveLength(1);
  expect(filed?.changes[0]).toMatch(/^Resize .*\(healed\)\.$/);
});

const closedAt = (hour: number, changes: string[] = ['Resize app: t3.small → t3.large (healed).']): ClosedIncident => ({
  incidentId: `incident-${hour}`,
  openedAt: new Date(Date.UTC(2026, 10, 1, hour - 1)).toISOString(),
  closedAt: new Date(Date.UTC(2026, 10, 1, hour)).toISOString(),
  outcome: 'healed',
  changes,
});

const subject = (closed: ClosedIncident): EarlierIncident => ({ ...closed, same: 'subject' });

test('an incident of another alarm that changed the same instance is history of the first look, without a verdict on its change', async () => {
  const ledger = new MemoryLedger();
  const other = {
    ...closedAt(1),
    incidentId: 'of-another-alarm',
    closedAt: new TestHarness().clock.now().toISOString(),
  };
  await recordClosed(ledger, { of: 'target', ref: APP_ARN }, other);
  const [history] = await evidenceOf(await nth(1, ledger));
  const [heading, line] = (history?.text ?? '').split('\n');
  expect(heading).toContain(
    'of the same alarm, subject or target, newest first. It ended as healed, 60 min before this one.',
  );
  expect(line).toMatch(
    /^- of-another-alarm, .* It was about something else and changed the same target, 60 min before this incident: Resize app/,
  );
  expect(line).not.toContain('hold');
});

test('incidents of the alarm and of the instance are the newest five together, each told once', async () => {
  const ledger = new MemoryLedger();
  const keys: Record<'subject' | 'target', HistoryKey> = {
    subject: { of: 'subject', key: 'k' },
    target: { of: 'target', ref: 'r' },
  };
  for (const hour of [1, 3, 5, 7]) await recordClosed(ledger, keys.subject, closedAt(hour));
  for (const hour of [2, 3, 4, 8]) await recordClosed(ledger, keys.target, closedAt(hour));
  const found = (await earlierIncidents(ledger, keys, 5)).map(({ incidentId, same }) => `${incidentId} ${same}`);
  expect(found).toEqual([
    'incident-3 subject',
    'incident-4 target',
    'incident-5 subject',
    'incident-7 subject',
    'incident-8 target',
  ]);
});

test('whether a fix held is seen from the next incident of the same subject only', () => {
  const between: EarlierIncident = { ...closedAt(2), incidentId: 'other', same: 'target' };
  const all = [subject(closedAt(0)), between];
  const [, , oldest] = historyText(all, '2026-11-02T06:40:00.000Z').split('\n');
  expect(oldest).toContain('The next incident came 31 h after its close, so this held for 24 h.');
});

test('a fix held if nothing came for 24 hours, and did not if the alarm was back after 40 minutes', () => {
  const [, newest, oldest] = historyText(
    [subject(closedAt(0)), subject(closedAt(30))],
    '2026-11-02T06:40:00.000Z',
  ).split('\n');
  expect(newest).toContain('The next incident came 40 min after its close: this did not hold.');
  expect(oldest).toContain('The next incident came 29 h after its close, so this held for 24 h.');
});

test('a row that cannot be read is left out of the history', async () => {
  const ledger = new MemoryLedger();
  await recordClosed(ledger, { of: 'subject', key: 'k' }, closedAt(1));
  await recordClosed(ledger, { of: 'subject', key: 'k' }, { ...closedAt(2), openedAt: 'yesterday' });
  expect(await closedIncidents(ledger, { of: 'subject', key: 'k' }, 5)).toMatchObject([{ incidentId: 'incident-1' }]);
});
