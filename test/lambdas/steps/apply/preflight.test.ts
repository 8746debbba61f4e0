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
import { CHANGE_ZONE_SECONDS } from '../../../../lambdas/kernel/changes/timing.ts';
import { lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import type { Row } from '../../../../lambdas/contracts/ports.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { record, tripFromElsewhere } from '../../../fixtures/incident.ts';
import { APP, APP_ARN, NO_HELP, REBOOT, TestHarness, RESIZE, rules } from '../../../fixtures/harness.ts';
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

const granted = async (ledger?: MemoryLedger): Promise<TestHarness> =>
  (await new TestHarness(ledger === undefined ? {} : { ledger }).begin()).untilGranted();

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

/** Replaces the issued grants on the trace. */
const withGrant = async (change: (grant: Grant) => Grant): Promise<TestHarness> => {
  const ledger = new RewrittenLedger();
  const harness = await granted(ledger);
  ledger.rewrite(
    (event) =>
      event.kind === 'grant.issued'
        ? { ...event, data: { ...event.data, grants: event.data.grants.map(change) } }
        : event,
    true,
  );
  return harness;
};

describe('Apply runs its own checks, whatever the state machine did', () => {
  test('without a grant nothing is changed', async () => {
    const harness = await new TestHarness().begin();
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm()).toBe('approve');
    await expectRefusal(harness, 'grant', /There is no grant to apply this plan/);
  });

  test('a grant under another key changes nothing', async () => {
    const harness = await granted();
    expect(await harness.apply({ mac: new HmacMac('a key that somebody made up') })).toBe('decide');
    expect(await harness.lastReply()).toContain('The MAC of the grant does not hold.');
    expect(harness.mutations).toEqual([]);
  });

  test('an expired grant changes nothing', async () => {
    const harness = await granted();
    harness.clock.advance(16);
    await expectRefusal(harness, 'grant', /The grant expired at/);
  });

  test('a grant whose expiry was moved does not hold', async () => {
    const harness = await withGrant((grant) => ({ ...grant, expiresAt: '2099-01-01T00:00:00.000Z' }));
    await expectRefusal(harness, 'grant', /MAC of the grant does not hold/);
  });

  test('a grant for another plan is no grant for this one', async () => {
    const harness = await withGrant((grant) => ({ ...grant, digest: `sha256:${'0'.repeat(64)}` }));
    await expectRefusal(harness, 'grant', /There is no grant/);
  });

  test('a grant of another incident does not count here', async () => {
    const harness = await withGrant((grant) => ({ ...grant, incidentId: 'incident-2' }));
    await expectRefusal(harness, 'grant', /belongs to another incident/);
  });

  test('a grant to roll back is no grant to apply', async () => {
    const harness = await withGrant((grant) => ({ ...grant, purpose: 'rollback' }));
    await expectRefusal(harness, 'grant', /There is no grant to apply/);
  });

  test('a grant that was used cannot be used again', async () => {
    const harness = await granted();
    expect(await harness.apply()).toBe('verify');
    const changed = harness.mutations.length;
    await record(harness.ports, harness.at.incidentId, 'a-bug', 'model.told', { about: 'apply', text: 'again' });
    harness.at = { ...harness.at, seq: harness.at.seq + 1 };
    expect(await harness.apply()).toBe('decide');
    expect(harness.mutations).toHaveLength(changed);
  });

  test('a used grant stays used when its row is deleted behind our back', async () => {
    const harness = await (await new TestHarness({ ledger: new ForgetfulLedger() }).begin()).untilGranted(REBOOT);
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(['RebootInstances']);
    await record(harness.ports, harness.at.incidentId, 'a-bug', 'model.told', { about: 'apply', text: 'again' });
    harness.at = { ...harness.at, seq: harness.at.seq + 1 };
    expect(await harness.apply()).toBe('decide');
    expect(await harness.lastReply()).toContain('The grant was used before');
    expect(harness.mutations).toEqual(['RebootInstances']);
  });

  test('a state document that claims an approval changes nothing', async () => {
    const harness = await new TestHarness().begin();
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
    const harness = await granted(ledger);
    ledger.remove('evidence.gathered');
    await expectRefusal(harness, 'trace', /Event \d+ of the trace is broken: expected event \d+, found event \d+/);
  });

  test('a grant that somebody else has redeemed changes nothing', async () => {
    const harness = await granted();
    const grant = (await harness.last('grant.issued')).data.grants[0];
    await harness.ledger.create(
      { family: 'grant', id: grant?.id ?? '' },
      { incidentId: harness.at.incidentId, entry: 'incident-1/apply/1' },
    );
    await expectRefusal(harness, 'grant', /The grant was used before/);
  });

  test('an attempt that died after redeeming its grant, before it could say so, has not lost it', async () => {
    const harness = await granted();
    const grant = (await harness.last('grant.issued')).data.grants[0];
    await harness.ledger.create(
      { family: 'grant', id: grant?.id ?? '' },
      { incidentId: harness.at.incidentId, entry: `${harness.at.incidentId}/apply/${harness.at.seq}` },
    );
    expect(await harness.apply()).toBe('verify');
  });

  test('a plan that was edited on the trace breaks the chain', async () => {
    const ledger = new RewrittenLedger();
    const harness = await granted(ledger);
    ledger.rewrite(bigger, false);
    await expectRefusal(harness, 'trace', /Event \d+ of the trace is broken: its content does not match its hash/);
  });

  test('a plan that was edited, and the chain with it, does not match its digest', async () => {
    const ledger = new RewrittenLedger();
    const harness = await granted(ledger);
    ledger.rewrite(bigger, true);
    await expectRefusal(harness, 'trace', /The plan does not match its digest/);
  });

  test.each(['off', 'propose-only'] as const)('nothing is changed while the kill switch is %s', async (position) => {
    const harness = await granted();
    harness.switch.position = position;
    await expectRefusal(harness, 'switch', new RegExp(`The kill switch is ${position}`));
  });

  test('a target whose breaker has tripped is left alone', async () => {
    const harness = await granted();
    await tripFromElsewhere(harness.ports, { scope: APP_ARN, policy: 'cut-bound', reason: 'Too much.' });
    await expectRefusal(harness, 'breaker', /tripped at .* in incident another by cut-bound: Too much/);
  });

  test('an agent whose breaker has tripped changes nothing, whatever the target', async () => {
    const harness = await granted();
    await tripFromElsewhere(harness.ports, {
      scope: agentScope('ec2-responder'),
      policy: 'changes-do-not-help',
      reason: 'Three.',
    });
    await expectRefusal(harness, 'breaker', /circuit breaker of agent ec2-responder was tripped/);
  });

  test('a change freeze that began after the approval holds the change back', async () => {
    const harness = await granted();
    harness.calendar.closed = 'The change calendar sale is closed.';
    await expectRefusal(harness, 'calendar', /calendar sale is closed\. The approval is not a break-glass approval/);
  });

  test('a break-glass approval lets the change through a freeze', async () => {
    const harness = await new TestHarness().begin();
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

  test('a target that was changed too often in the last hour is left alone', async () => {
    const harness = await granted();
    const limits = rules.settings.changesPerHour;
    const change = { tool: RESIZE.tool, targetArn: APP_ARN };
    for (let n = 0; n < limits.perTarget; n += 1)
      await takeRate(harness.ledger, change, `earlier-${n}`, limits, harness.clock.now());
    await expectRefusal(harness, 'rate', /begun 3 changes of this target .* at most 3/);
  });

  test('a target that another incident is changing is left alone, until that one is through', async () => {
    const harness = await granted();
    const now = harness.clock.now();
    await takeLease(harness.ledger, APP_ARN, 'another', now, new Date(now.getTime() + 60_000));
    await expectRefusal(harness, 'lease', /Another incident is changing this target right now/);
  });

  test('a target is kept from other incidents for as long as change, verification and rollback may take', async () => {
    const harness = await granted();
    const { windowMinutes } = agentOf(rules, 'ec2-responder').verification;
    const free = harness.clock.now().getTime() + (2 * CHANGE_ZONE_SECONDS + windowMinutes * 60) * 1000;
    await harness.apply();
    const wanted = (at: number) => takeLease(harness.ledger, APP_ARN, 'another', new Date(at), new Date(at));
    expect(await wanted(free - 1000)).toBe(false);
    expect(await wanted(free)).toBe(true);
  });

  test('a target that moved since the dry run is left alone', async () => {
    const harness = await granted();
    const somebody = harness.account.cloud({ step: 'a-person' }, 'any');
    await somebody.send({ service: 'ec2', command: 'StopInstances', input: { InstanceIds: [APP] } });
    harness.clock.advance(1);
    harness.calls.length = 0;
    await expectRefusal(harness, 'drift', /no longer as the dry run saw it/);
  });

  test('a refusal for another reason does not use the grant up', async () => {
    const harness = await granted();
    harness.switch.position = 'off';
    await harness.apply();
    const grant = (await harness.last('grant.issued')).data.grants[0];
    expect(await harness.ledger.fetch({ family: 'grant', id: grant?.id ?? '' })).toBeUndefined();
  });

  test('a check that somebody else wrote onto the trace lets nothing through', async () => {
    const harness = await (await new TestHarness().begin()).untilGranted();
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
    const harness = await granted(ledger);
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
      'breaker',
      'rate',
      'grant',
    ]);
    expect(verdict).toBe('allowed');
  });
});

describe('undoing a change that did not help', () => {
  const broken = async (): Promise<TestHarness> => {
    const harness = await (await new TestHarness().begin()).untilGranted(NO_HELP);
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
    const { changesPerHour } = rules.settings;
    for (const n of [1, 2]) {
      const change = { tool: RESIZE.tool, targetArn: APP_ARN };
      await takeRate(harness.ledger, change, `another-${n}`, changesPerHour, harness.clock.now());
    }
    expect(await harness.rollback()).toBe('decide');
    const { checks } = (await harness.last('apply.checked')).data;
    expect(checks.map(({ check }) => check)).toEqual(['switch', 'trace', 'grant', 'lease', 'drift', 'grant']);
  });

  test('is refused, and a human called, when the switch is off', async () => {
    const harness = await broken();
    harness.switch.position = 'off';
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toMatch(
      /The kill switch is off.*A human must look at/,
    );
  });

  test('is refused, and a human called, when somebody has changed the target since', async () => {
    const harness = await broken();
    const somebody = harness.account.cloud({ step: 'a-person' }, 'any');
    await somebody.send({ service: 'ec2', command: 'StopInstances', input: { InstanceIds: [APP] } });
    harness.clock.advance(1);
    const before = harness.mutations.length;
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toMatch(/no longer as the change left it/);
    expect(harness.mutations).toHaveLength(before);
  });

  test('is refused as long as no verification asked for it', async () => {
    const harness = await (await new TestHarness().begin()).untilGranted();
    await harness.apply();
    const before = harness.mutations.length;
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toContain(
      'No verification of this change asked for its',
    );
    expect(harness.mutations).toHaveLength(before);
  });

  test('is refused when the verification that asked was of an earlier change', async () => {
    const harness = await broken();
    await harness.rollback();
    harness.clock.advance(60);
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm('P2')).toBe('approve');
    await harness.grant();
    expect(await harness.apply()).toBe('verify');
    const before = harness.mutations.length;
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toContain(
      'No verification of this change asked for its',
    );
    expect(harness.mutations).toHaveLength(before);
  });

  test('that fails calls a human, and closes the target to every incident until that human has looked', async () => {
    const world = `${BUSY_SERVER}
faults:
  - { command: 'ec2:ModifyInstanceAttribute', match: { InstanceType: { Value: t3.small } }, error: { code: InsufficientInstanceCapacity } }
`;
    const harness = await (await new TestHarness({ world }).begin()).untilGranted(NO_HELP);
    await harness.apply();
    expect(await harness.untilVerified()).toBe('rollback');
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toMatch(
      /its rollback did not go through: InsufficientInstanceCapacity.*A human must look/,
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
