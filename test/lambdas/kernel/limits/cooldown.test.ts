import { subjectFor } from '../../../fixtures/subjects.ts';
import { describe, expect, test } from 'vitest';
import type { EventData } from '../../../../lambdas/contracts/events.ts';
import type { Json } from '../../../../lambdas/contracts/json.ts';
import { lastChange, startCooldown } from '../../../../lambdas/kernel/limits/cooldown.ts';
import { digestOf } from '../../../../lambdas/kernel/trace/canonical.ts';
import { factsAbout } from '../../../../lambdas/kernel/changes/proposed-change.ts';
import { tool as resizeTool } from '../../../../lambdas/tools/resize-instance/tool.ts';
import { FakeCloud } from '../../../fakes/fake-cloud.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import { record } from '../../../fixtures/incident.ts';
import { resizePlan } from '../../../fixtures/plans.ts';
import { refOf } from '../../../../lambdas/contracts/plan.ts';

const plan = resizePlan('inc-1', 'rules');
const digest = digestOf(plan);
// The kernel's facts alone; what the tool finds out has tests of its own.
const tool = {
  ...resizeTool,
  manifest: { ...resizeTool.manifest, capacity: 'none' as const, facts: [] },
  facts: async () => ({}),
  losses: async () => [],
};

/** An incident that changed the target two minutes ago, and how its next proposal finds the cooldown. */
const minutesAfter = async (
  finished: Pick<EventData<'apply.finished'>, 'outcome'> & { readonly state: Json },
  meanwhile: (ledger: MemoryLedger, clock: ManualClock) => Promise<void> = async () => undefined,
  target = plan.target,
): Promise<unknown> => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-02T02:15:00.000Z');
  const ports = { ledger, clock };
  await record(ports, 'inc-1', 'dry-run', 'dry-run.finished', { made: true, handle: 'P1', digest, plan });
  await startCooldown(ledger, refOf(target), clock.now(), false);
  const error = finished.outcome === 'failed' ? { code: 'InsufficientInstanceCapacity', says: 'None left.' } : null;
  const data = { digest, purpose: 'apply' as const, reconciled: false, error, ...finished };
  await record(ports, 'inc-1', 'apply', 'apply.finished', data);
  clock.advance(1);
  await meanwhile(ledger, clock);
  clock.advance(1);
  const { input, before, after, inverse } = plan;
  const proposed = { change: { input, target, before, after }, inverse };
  const context = { cloud: new FakeCloud([]), clock, subject: subjectFor() };
  return (await factsAbout(tool, proposed, context, ledger, await ledger.events('inc-1'))).minutesSinceLastChange;
};

const NEVER = 1_000_000;

test('a change that was made starts the cooldown', async () => {
  expect(await minutesAfter({ outcome: 'applied', state: plan.after })).toBe(2);
});

test('a change that failed and left the target as it was starts none', async () => {
  expect(await minutesAfter({ outcome: 'failed', state: plan.before })).toBe(NEVER);
});

test('a change that failed half-way, or whose outcome is unknown, starts the cooldown', async () => {
  expect(await minutesAfter({ outcome: 'failed', state: { instanceType: 'm5.large', state: 'stopped' } })).toBe(2);
  expect(await minutesAfter({ outcome: 'unknown', state: plan.before })).toBe(2);
});

test('a change by another incident after the failure counts', async () => {
  const other = (ledger: MemoryLedger, clock: ManualClock): Promise<void> =>
    startCooldown(ledger, refOf(plan.target), clock.now(), false);
  expect(await minutesAfter({ outcome: 'failed', state: plan.before }, other)).toBe(1);
});

test('a change that failed starts none of its own target, and ends none of another', async () => {
  const other = { ...plan.target, arn: `${refOf(plan.target)}0` };
  expect(await minutesAfter({ outcome: 'failed', state: plan.before }, undefined, other)).toBe(2);
});

describe('the last change of a target', () => {
  const arn = refOf(plan.target);
  const now = new Date('2026-11-20T09:00:00.000Z');
  const later = new Date('2026-11-20T09:30:00.000Z');

  test('keeps the last cut in mind when something else follows it', async () => {
    const ledger = new MemoryLedger();
    await startCooldown(ledger, arn, now, true);
    await startCooldown(ledger, arn, later, false);
    expect(await lastChange(ledger, arn)).toEqual({
      lastChangeAt: later.toISOString(),
      lastCutAt: now.toISOString(),
    });
  });

  test('is nothing where there was none', async () => {
    expect(await lastChange(new MemoryLedger(), arn)).toBeUndefined();
  });
});
