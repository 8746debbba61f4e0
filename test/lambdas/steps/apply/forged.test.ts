import { expect, test } from 'vitest';
import type { EventData, EventKind } from '../../../../lambdas/contracts/events.ts';
import { lastChange } from '../../../../lambdas/kernel/limits/cooldown.ts';
import { CHANGE_SECONDS, LONGEST_CHANGE_SECONDS } from '../../../../lambdas/kernel/changes/timing.ts';
import { nextEvent } from '../../../../lambdas/kernel/trace/next-event.ts';
import { currentPlan } from '../../../../lambdas/kernel/trace/queries.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { APP_ARN, granted, NO_HELP, RESIZE, type TestHarness } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

const SLOW_STOP = `${BUSY_SERVER}\nfaults:\n  - { command: ec2:StopInstances, dryRun: false, times: 1, takesSeconds: 3600 }\n`;

/** What every function may do: append an event in the name of Apply, at any time of its choice. */
const forge = async <K extends EventKind>(
  harness: TestHarness,
  kind: K,
  data: EventData<K>,
  { from = harness.at.seq, at = harness.clock.now() } = {},
): Promise<void> => {
  const { incidentId: incident } = harness.at;
  const events = await harness.events();
  await harness.ledger.append(nextEvent(events.at(-1), { incident, at, step: 'apply', from, kind, data }));
};

const hours = (harness: TestHarness, count: number): Date =>
  new Date(harness.clock.now().getTime() + count * 3_600_000);

/** Appends, while Apply makes its checks, that the change began and is in progress until then. */
const begunElsewhere = async (harness: TestHarness, until: Date): Promise<void> => {
  const { digest, plan } = currentPlan(await harness.events());
  const grant = (await harness.last('grant.issued')).data.grants[0];
  const { id: grantId = '', approvers = [] } = grant ?? {};
  const purpose = 'apply' as const;
  await forge(harness, 'apply.checked', { digest, purpose, grantId, checks: [], verdict: 'allowed' });
  await forge(harness, 'grant.redeemed', { grantId, digest, purpose, approvers });
  const { tool } = plan;
  const start = { digest, purpose, grantId, tool, input: {}, targetArn: APP_ARN, deadline: until.toISOString() };
  await forge(harness, 'apply.started', start, { at: until });
  await forge(harness, 'apply.waiting', { digest, purpose, until: until.toISOString(), says: 'Wait.' });
};

/** Calls back as soon as a grant is redeemed, which is the end of Apply's checks. */
class WatchedLedger extends MemoryLedger {
  onRedeemed = async (): Promise<void> => undefined;

  override async create(...[key, data]: Parameters<MemoryLedger['create']>): ReturnType<MemoryLedger['create']> {
    const made = await super.create(key, data);
    if (key.family === 'grant' && made.created) await this.onRedeemed();
    return made;
  }
}

/** An incident in which somebody else writes, while Apply makes its checks, that the change waits for so many hours. */
const begunElsewhereFor = async (count: number): Promise<TestHarness> => {
  const ledger = new WatchedLedger();
  const harness = await granted(RESIZE, { ledger });
  ledger.onRedeemed = () => begunElsewhere(harness, hours(harness, count));
  return harness;
};

test('a forged beginning and wait do not keep an approved change for a time of its choice', async () => {
  const harness = await begunElsewhereFor(20);
  const begun = harness.clock.now().getTime();
  expect(await harness.apply()).toBe('decide');
  expect(harness.clock.now().getTime() - begun).toBeLessThanOrEqual((LONGEST_CHANGE_SECONDS + 60) * 1000);
  expect(await harness.lastReply()).toContain('The grant expired');
  expect(harness.mutations).toEqual([]);
});

test('a forged beginning does not let an instance be started that a person stopped, while the switch is off', async () => {
  const harness = await begunElsewhereFor(0.2);
  await harness.applyOnce();
  await harness.stopByHand();
  harness.switch.position = 'off';
  expect(await harness.apply()).toBe('decide');
  expect(harness.mutations).toEqual([]);
});

test('a forged beginning and wait do not save a change its cooldown', async () => {
  const harness = await begunElsewhereFor(0);
  expect(await harness.apply()).toBe('verify');
  expect(await lastChange(harness.ledger, APP_ARN)).toBeDefined();
});

test('a forged wait does not leave a stopped instance alone for longer than a change may take', async () => {
  const harness = await granted(RESIZE, { world: SLOW_STOP });
  const begun = harness.clock.now().getTime();
  await harness.applyOnce();
  const { digest } = currentPlan(await harness.events());
  const from = harness.at.seq;
  await forge(
    harness,
    'apply.resumed',
    { digest, purpose: 'apply', deadline: harness.clock.now().toISOString() },
    { from },
  );
  await forge(
    harness,
    'apply.waiting',
    { digest, purpose: 'apply', until: hours(harness, 20).toISOString(), says: '' },
    { from },
  );
  await harness.apply();
  expect(harness.clock.now().getTime() - begun).toBeLessThanOrEqual((CHANGE_SECONDS + 60) * 1000);
});

test('a forged ending does not make a rollback start an instance that a person stopped', async () => {
  const harness = await granted(NO_HELP);
  expect(await harness.apply()).toBe('verify');
  expect(await harness.untilVerified()).toBe('rollback');
  const { data } = await harness.last('apply.finished');
  await harness.stopByHand();
  await forge(harness, 'apply.finished', { ...data, outcome: 'unknown' }, { from: 0 });
  harness.at = { ...harness.at, seq: (await harness.events()).length };
  const next = await harness.rollback();
  expect(next).toBe('close');
  expect(harness.mutations).toEqual([]);
});
