import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../../lambdas/contracts/grant.ts';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { apply } from '../../../../lambdas/steps/apply/step.ts';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { RowKey } from '../../../../lambdas/contracts/ledger-keys.ts';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import { takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { agentScope, breakers } from '../../../../lambdas/kernel/limits/breaker.ts';
import { hashOf } from '../../../../lambdas/kernel/trace/chain.ts';
import { takeRate } from '../../../../lambdas/kernel/limits/rate.ts';
import { LONGEST_CHANGE_SECONDS } from '../../../../lambdas/kernel/changes/timing.ts';
import { lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import type { Row } from '../../../../lambdas/contracts/ports.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { record, tripFromElsewhere } from '../../../fixtures/incident.ts';
import type { TestHarness } from '../../../fixtures/harness.ts';
import { APP_ARN, begun, granted, NO_HELP, REBOOT, RESIZE, rules } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

/** A ledger on which somebody has rewritten one event, and the chain after it if `rehash`, or deleted one. */
class RewrittenLedger extends MemoryLedger {
  #edit: ((event: TraceEvent) => unknown) | undefined;
  #rehash = false;
  #removed: TraceEvent['kind'] | undefined;

  rewrite(edit: (event: TraceEvent) => unknown, rehash: boolean): void {
    this.#edit = edit;
    this.#rehash = rehash;
  }

  remove(kind: TraceEvent['kind']): void {
    this.#removed = kind;
  }

  override async events(incidentId: string, from = 0): Promise<TraceEvent[]> {
    if (this.#removed !== undefined) {
      const all = await super.events(incidentId, from);
      const at = all.findIndex(({ kind }) => kind === this.#removed);
      return all.filter((_, index) => index !== at);
    }
    const edit = this.#edit;
    if (edit === undefined) return super.events(incidentId, from);
    let prev = '';
    const events = (await super.events(incidentId)).map((event) => {
      const edited: unknown = edit(event);
      if (!isTraceEvent(edited)) return event;
      const moved = this.#rehash && edited.seq > 0 ? { ...edited, prev } : edited;
      const linked: unknown = this.#rehash ? { ...moved, hash: hashOf(moved) } : moved;
      if (!isTraceEvent(linked)) return event;
      prev = linked.hash;
      return linked;
    });
    return events.filter((event) => event.seq >= from);
  }
}

/** A ledger from which somebody deletes the rows of redeemed grants. */
class ForgetfulLedger extends MemoryLedger {
  override async create(key: RowKey, data: JsonObject): Promise<{ created: boolean; row: Row }> {
    return key.family === 'grant' ? { created: true, row: { version: 1, data } } : super.create(key, data);
  }
}

/** Applies, and expects a check to refuse: the trace and the model have the reason, and nothing reached AWS. */
const expectRefusal = async (harness: TestHarness, check: string, reason: RegExp): Promise<void> => {
  expect(await harness.apply()).toBe('decide');
  const { data } = await harness.last('apply.checked');
  expect(data.verdict).toBe('refused');
  expect(data.checks.at(-1)).toMatchObject({ check, outcome: 'refused' });
  expect(await harness.lastReply()).toMatch(/was not applied, and nothing was changed\./);
  expect(await harness.lastReply()).toMatch(reason);
  expect(harness.mutations).toEqual([]);
  expect(await harness.kinds()).not.toContain('apply.started');
};

const idOfGrant = async (harness: TestHarness): Promise<string> =>
  (await harness.last('grant.issued')).data.grants[0]?.id ?? '';
const redeemedBy = async (harness: TestHarness, entry: string) =>
  harness.ledger.create(
    { family: 'grant', id: await idOfGrant(harness) },
    { incidentId: 'incident-1', entry, redeemedAt: harness.clock.now().toISOString() },
  );
const useUpRate = async ({ ledger, clock }: TestHarness, changes: number): Promise<void> => {
  const change = { tool: RESIZE.tool, targetArn: APP_ARN };
  for (let n = 0; n < changes; n += 1)
    await takeRate(ledger, change, `earlier-${n}`, rules.settings.changesPerHour, clock.now());
};

/** Replaces the issued grants on the trace. */
const withGrant = async (change: (grant: Grant) => Grant): Promise<TestHarness> => {
  const ledger = new RewrittenLedger();
  const harness = await granted(RESIZE, { ledger });
  ledger.rewrite(
    (event) =>
      event.kind === 'grant.issued'
        ? { ...event, data: { ...event.data, grants: event.data.grants.map(change) } }
        : event,
    true,
  );
  return harness;
};

/** Enters Apply anew, as a bug in the state machine would. */
const applyAgain = async (harness: TestHarness): Promise<string> => {
  await record(harness.ports, harness.at.incidentId, 'a-bug', 'model.told', { about: 'apply', text: 'again' });
  harness.at = { ...harness.at, seq: harness.at.seq + 1 };
  return harness.apply();
};

describe('Apply runs its own checks, whatever the state machine did', () => {
  test('without a grant nothing is changed', async () => {
    const harness = await begun();
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm()).toBe('approve');
    await expectRefusal(harness, 'grant', /There is no grant to apply this plan/);
  });

  /** A test that Apply refuses an approved change after something happened. */
  const refuses = (title: string, check: string, reason: RegExp, happens: (harness: TestHarness) => unknown) =>
    test(title, async () => {
      const harness = await granted();
      await happens(harness);
      await expectRefusal(harness, check, reason);
    });

  refuses('an expired grant changes nothing', 'grant', /The grant expired at/, ({ clock }) => clock.advance(16));
  refuses('a grant that somebody else has redeemed changes nothing', 'grant', /was used before/, (harness) =>
    redeemedBy(harness, 'incident-1/apply/1'),
  );
  refuses(
    'a target whose breaker has tripped is left alone',
    'breaker',
    /another by cut-bound: Too much/,
    ({ ports }) => tripFromElsewhere(ports, { scope: APP_ARN, policy: 'cut-bound', reason: 'Too much.' }),
  );
  refuses(
    'an agent whose breaker has tripped changes nothing, whatever the target',
    'breaker',
    /circuit breaker of agent ec2-responder was tripped/,
    ({ ports }) => tripFromElsewhere(ports, { scope: agentScope('ec2-responder'), policy: 'p', reason: 'Three.' }),
  );
  refuses(
    'a change freeze that began after the approval holds the change back',
    'calendar',
    /calendar sale is closed\. The approval is not a break-glass approval/,
    ({ calendar }) => (calendar.closed = 'The change calendar sale is closed.'),
  );
  refuses(
    'a target that was changed too often in the last hour is left alone',
    'rate',
    /begun 3 changes of this target .* at most 3/,
    (harness) => useUpRate(harness, rules.settings.changesPerHour.perTarget),
  );
  refuses(
    'a target that another incident is changing is left alone, until that one is through',
    'lease',
    /Another incident is changing this target right now/,
    ({ ledger, clock }) => takeLease(ledger, APP_ARN, 'another', clock.now(), new Date(clock.now().getTime() + 60_000)),
  );
  refuses('a target that moved since the dry run is left alone', 'drift', /no longer as the dry run saw/, (harness) =>
    harness.stopByHand(),
  );

  test.each<[title: string, change: Partial<Grant>, reason: RegExp]>([
    ['a grant whose expiry was moved does not hold', { expiresAt: '2099-01-01T00:00:00.000Z' }, /MAC .* does not hold/],
    ['a grant for another plan is no grant for this one', { digest: `sha256:${'0'.repeat(64)}` }, /There is no grant/],
    ['a grant of another incident does not count here', { incidentId: 'incident-2' }, /belongs to another incident/],
    ['a grant to roll back is no grant to apply', { purpose: 'rollback' }, /There is no grant to apply/],
  ])('%s', async (_title, change, reason) => {
    const harness = await withGrant((grant) => ({ ...grant, ...change }));
    await expectRefusal(harness, 'grant', reason);
  });

  test('a grant under another key changes nothing', async () => {
    const harness = await granted();
    expect(await harness.apply({ grantMac: new HmacMac('a key that somebody made up') })).toBe('decide');
    expect(await harness.lastReply()).toContain('The MAC of the grant does not hold.');
    expect(harness.mutations).toEqual([]);
  });

  test('a grant that was used cannot be used again', async () => {
    const harness = await granted();
    expect(await harness.apply()).toBe('verify');
    const changed = harness.mutations.length;
    expect(await applyAgain(harness)).toBe('decide');
    expect(harness.mutations).toHaveLength(changed);
  });

  test('a used grant stays used when its row is deleted behind our back', async () => {
    const harness = await granted(REBOOT, { ledger: new ForgetfulLedger() });
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(['RebootInstances']);
    // The cooldown of the target is over, and the grant has not expired.
    harness.clock.advance(11);
    expect(await applyAgain(harness)).toBe('decide');
    expect(await harness.lastReply()).toContain('The grant was used before');
    expect(harness.mutations).toEqual(['RebootInstances']);
  });

  test('a state document that claims an approval changes nothing', async () => {
    const harness = await begun();
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm()).toBe('approve');
    const forged = {
      ...harness.at,
      next: 'apply',
      approved: true,
      approvers: ['ana@example.com'],
      grant: { id: 'grant-1' },
    };
    expect(await runStep(apply, forged, harness.ports)).toMatchObject({ next: 'decide' });
    expect(await harness.lastReply()).toContain('There is no grant to apply this plan');
    expect(harness.mutations).toEqual([]);
  });

  test('an event that was deleted from the ledger stops the change', async () => {
    const ledger = new RewrittenLedger();
    const harness = await granted(RESIZE, { ledger });
    ledger.remove('evidence.gathered');
    await expectRefusal(harness, 'trace', /Event \d+ of the trace is broken: expected event \d+, found event \d+/);
  });

  test('an attempt that died after redeeming its grant, before it could say so, has not lost it', async () => {
    const harness = await granted();
    await redeemedBy(harness, `incident-1/apply/${harness.at.seq}`);
    expect(await harness.apply()).toBe('verify');
  });

  test('a plan that was edited on the trace breaks the chain', async () => {
    const ledger = new RewrittenLedger();
    const harness = await granted(RESIZE, { ledger });
    ledger.rewrite(bigger, false);
    await expectRefusal(harness, 'trace', /Event \d+ of the trace is broken: its content does not match its hash/);
  });

  test('a plan that was edited, and the chain with it, does not match its digest', async () => {
    const ledger = new RewrittenLedger();
    const harness = await granted(RESIZE, { ledger });
    ledger.rewrite(bigger, true);
    await expectRefusal(harness, 'trace', /The plan does not match its digest/);
  });

  test.each(['off', 'propose-only'] as const)('nothing is changed while the kill switch is %s', async (position) => {
    const harness = await granted();
    harness.switch.position = position;
    await expectRefusal(harness, 'switch', new RegExp(`The kill switch is ${position}`));
  });

  test('a break-glass approval lets the change through a freeze', async () => {
    const harness = await begun();
    harness.calendar.closed = 'The change calendar sale is closed.';
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm();
    await harness.grant(true);
    expect(await harness.apply()).toBe('verify');
  });

  test('break-glass written into a grant afterwards breaks its MAC', async () => {
    const harness = await withGrant((grant) => ({ ...grant, breakGlass: true }));
    harness.calendar.closed = 'The change calendar sale is closed.';
    await expectRefusal(harness, 'grant', /MAC of the grant does not hold/);
  });

  test('a target is kept from other incidents for as long as change, verification and rollback may take', async () => {
    const harness = await granted();
    const { windowMinutes } = agentOf(rules, 'ec2-responder').verification;
    const free = harness.clock.now().getTime() + (2 * LONGEST_CHANGE_SECONDS + windowMinutes * 60) * 1000;
    await harness.apply();
    const wanted = (at: number) => takeLease(harness.ledger, APP_ARN, 'another', new Date(at), new Date(at));
    expect(await wanted(free - 1000)).toBe(false);
    expect(await wanted(free)).toBe(true);
  });

  test('a refusal for another reason does not use the grant up', async () => {
    const harness = await granted();
    harness.switch.position = 'off';
    await harness.apply();
    expect(await harness.ledger.fetch({ family: 'grant', id: await idOfGrant(harness) })).toBeUndefined();
  });

  test('a check that somebody else wrote onto the trace lets nothing through', async () => {
    const harness = await granted();
    const planned = (await harness.last('grant.issued')).data;
    const forged = { check: 'grant', outcome: 'passed', reason: 'Trust me.' } as const;
    await record(harness.ports, harness.at.incidentId, 'apply', 'apply.checked', {
      digest: planned.digest,
      purpose: 'apply',
      grantId: planned.grants[0]?.id ?? '',
      checks: [forged],
      verdict: 'allowed',
    });
    await expect(harness.apply()).rejects.toThrow(/the grant was used up for this change; the ledger does not/);
    expect(harness.mutations).toEqual([]);
  });

  test('a plan that was edited between two attempts is not applied by the second one', async () => {
    const ledger = new RewrittenLedger();
    const harness = await granted(RESIZE, { ledger });
    const dying = harness.apply({ ledger: new CrashingLedger(ledger, 7), deadline: { at: () => harness.clock.now() } });
    await expect(dying).rejects.toThrow(Crash);
    expect(await harness.kinds()).toContain('apply.checked');
    ledger.rewrite(bigger, false);
    await expect(harness.apply()).rejects.toThrow(/no longer holds/);
    expect(harness.mutations).toEqual([]);
  });

  test('every check is on the trace, in the order of the kernel', async () => {
    const harness = await granted();
    await harness.apply();
    const { checks, verdict } = (await harness.last('apply.checked')).data;
    expect(checks.map(({ check }) => check)).toEqual([
      'switch',
      'trace',
      'grant',
      'calendar',
      'lease',
      'drift',
      'facts',
      'policy',
      'alarm',
      'breaker',
      'rate',
      'grant',
    ]);
    expect(verdict).toBe('allowed');
  });
});

describe('undoing a change that did not help', () => {
  /** Expects that nothing is rolled back, and that a human is called with this reason. */
  const expectNoRollback = async (harness: TestHarness, reason: RegExp): Promise<void> => {
    const before = harness.mutations.length;
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toMatch(reason);
    expect(harness.mutations).toHaveLength(before);
  };

  const broken = async (): Promise<TestHarness> => {
    const harness = await granted(NO_HELP);
    await harness.apply();
    expect(await harness.untilVerified()).toBe('rollback');
    return harness;
  };

  test('goes ahead under a grant of its own', async () => {
    const harness = await broken();
    expect(await harness.rollback()).toBe('decide');
    expect(await breakers(harness.ledger)).toEqual([]);
    const redeemed = lastOf(await harness.events(), 'grant.redeemed')?.data;
    expect(redeemed?.purpose).toBe('rollback');
    expect(await harness.lastReply()).toMatch(/P1 did not help and was rolled back: .*"t3.small"/);
  });

  test('goes ahead while the switch is propose-only', async () => {
    const harness = await broken();
    harness.switch.position = 'propose-only';
    expect(await harness.rollback()).toBe('decide');
  });

  test('goes ahead in a change freeze, with a tripped breaker and a used-up rate, and records no check of them', async () => {
    const harness = await broken();
    harness.calendar.closed = 'The change calendar sale is closed.';
    await tripFromElsewhere(harness.ports, { scope: APP_ARN, policy: 'p', reason: 'r' });
    await useUpRate(harness, 2);
    expect(await harness.rollback()).toBe('decide');
    const { checks } = (await harness.last('apply.checked')).data;
    expect(checks.map(({ check }) => check)).toEqual(['switch', 'trace', 'grant', 'lease', 'drift', 'grant']);
  });

  test('is refused, and a human called, when the switch is off', async () => {
    const harness = await broken();
    harness.switch.position = 'off';
    await expectNoRollback(harness, /The kill switch is off.*A human must look at/);
  });

  test('is refused, and a human called, when somebody has changed the target since', async () => {
    const harness = await broken();
    await harness.stopByHand();
    await expectNoRollback(harness, /no longer as the change left it/);
  });

  test('is refused as long as no verification asked for it', async () => {
    const harness = await granted();
    await harness.apply();
    await expectNoRollback(harness, /No verification of this change asked for its/);
  });

  test('is refused when the verification that asked was of an earlier change', async () => {
    const harness = await broken();
    await harness.rollback();
    harness.clock.advance(60);
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm('P2')).toBe('approve');
    await harness.grant();
    expect(await harness.apply()).toBe('verify');
    await expectNoRollback(harness, /No verification of this change asked for its/);
  });

  test('that fails calls a human, and closes the target to every incident until that human has looked', async () => {
    const world = `${BUSY_SERVER}
faults:
  - { command: 'ec2:ModifyInstanceAttribute', match: { InstanceType: { Value: t3.small } }, error: { code: InsufficientInstanceCapacity } }
`;
    const harness = await granted(NO_HELP, { world });
    await harness.apply();
    expect(await harness.untilVerified()).toBe('rollback');
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toMatch(
      /its rollback did not go through: ec2:ModifyInstanceAttribute on i-\w+ failed: InsufficientInstanceCapacity.*A human must look/,
    );
    await harness.close();
    expect(await breakers(harness.ledger)).toMatchObject([
      { scope: APP_ARN, tripped: true, policy: 'rollback-failed' },
    ]);
    expect((await harness.last('breaker.tripped')).data).toMatchObject({ scope: APP_ARN, policy: 'rollback-failed' });
  });
});

const bigger = (event: TraceEvent): unknown => {
  if (event.kind !== 'dry-run.finished' || !event.data.made) return event;
  const { plan } = event.data;
  return {
    ...event,
    data: { ...event.data, plan: { ...plan, input: { ...plan.input, instanceType: 'x2iedn.32xlarge' } } },
  };
};
