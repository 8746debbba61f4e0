import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../../lambdas/contracts/grant.ts';
import { digestOf } from '../../../../lambdas/kernel/trace/canonical.ts';
import { grantFault, issueGrants, redeem } from '../../../../lambdas/kernel/changes/grants.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { CountingIds, HmacMac, ManualClock } from '../../../fakes/small-ports.ts';
import { rebootPlan, resizePlan } from '../../../fixtures/plans.ts';

const mac = new HmacMac('grant key');
const unattendedMac = new HmacMac('unattended key');
const keys = { grantMac: mac, unattendedMac };
const plan = resizePlan('incident-1', 'rules');
const digest = digestOf(plan);
const wanted = { incidentId: 'incident-1', digest, purpose: 'apply' as const };
const clock = new ManualClock('2026-11-20T09:00:00.000Z');

const issue = async (of = plan): Promise<Grant[]> =>
  issueGrants(
    { mac, ids: new CountingIds(), clock },
    { handle: 'P1', digest: digestOf(of), plan: of },
    { approvers: ['ana@example.com'], breakGlass: false },
    { apply: 15, rollback: 74 },
  );
const first = async (): Promise<Grant> => {
  const [grant] = await issue();
  return grant ?? Promise.reject(new TypeError('no grant'));
};

describe('an approval', () => {
  test('to a change that can be undone is two grants, and the one to undo lives longer', async () => {
    expect((await issue()).map(({ id, purpose, expiresAt }) => [id, purpose, expiresAt])).toEqual([
      ['grant-1', 'apply', '2026-11-20T09:15:00.000Z'],
      ['grant-2', 'rollback', '2026-11-20T10:14:00.000Z'],
    ]);
  });

  test('to a change that cannot be undone is one', async () => {
    expect((await issue(rebootPlan('incident-1', 'rules'))).map(({ purpose }) => purpose)).toEqual(['apply']);
  });
});

describe('a grant', () => {
  test('counts for what it was given for', async () => {
    expect(await grantFault(keys, await first(), wanted, clock.now())).toBeUndefined();
  });

  test('does not count from the moment on at which it expires', async () => {
    const grant = await first();
    const at = Date.parse(grant.expiresAt);
    expect(await grantFault(keys, grant, wanted, new Date(at - 1))).toBeUndefined();
    expect(await grantFault(keys, grant, wanted, new Date(at))).toMatch(/expired/);
    expect(await grantFault(keys, { ...grant, expiresAt: 'never' }, wanted, clock.now())).toMatch(/expired/);
  });

  test.each<[string, Partial<Grant>]>([
    ['id', { id: 'grant-9' }],
    ['approvers', { approvers: ['mallory@example.com'] }],
    ['expiry', { expiresAt: '2027-01-01T00:00:00.000Z' }],
    ['MAC', { mac: Buffer.alloc(32).toString('base64') }],
    ['MAC, to nothing', { mac: '' }],
  ])('whose %s was changed does not hold', async (_what, change) => {
    const fault = await grantFault(keys, { ...(await first()), ...change }, wanted, clock.now());
    expect(fault).toBe('The MAC of the grant does not hold.');
  });

  test('is worth nothing under a key of somebody else', async () => {
    expect(await grantFault({ ...keys, grantMac: new HmacMac('another') }, await first(), wanted, clock.now())).toMatch(
      /MAC/,
    );
  });

  test.each([
    ['no grant at all', undefined, wanted, /There is no grant to apply/],
    ['another incident', 'own', { ...wanted, incidentId: 'incident-2' }, /belongs to another incident/],
    ['another plan', 'own', { ...wanted, digest: `sha256:${'0'.repeat(64)}` }, /is for another plan/],
    ['another purpose', 'own', { ...wanted, purpose: 'rollback' as const }, /is to apply, not to rollback/],
  ] as const)('is not one for %s', async (_what, which, question, says) => {
    const grant = which === undefined ? undefined : await first();
    expect(await grantFault(keys, grant, question, clock.now())).toMatch(says);
  });
});

describe('a grant verifies only under the key that fits its approvers', () => {
  const planned = { handle: 'P1', digest, plan };
  const signed = async (key: HmacMac, approvers: readonly string[], breakGlass = false): Promise<Grant> => {
    const ports = { mac: key, ids: new CountingIds(), clock };
    const [grant] = await issueGrants(ports, planned, { approvers, breakGlass }, { apply: 15, rollback: 74 });
    return grant ?? Promise.reject(new TypeError('no grant'));
  };
  const faultOf = async (grant: Grant) => grantFault(keys, grant, wanted, clock.now());

  test('of policies under theirs, of people under the other one', async () => {
    expect(await faultOf(await signed(unattendedMac, ['policy:alone']))).toBeUndefined();
    expect(await faultOf(await signed(mac, ['ana@example.com']))).toBeUndefined();
  });

  test('so the key for grants of policies is no key for approvals of people', async () => {
    expect(await faultOf(await signed(unattendedMac, ['ana@example.com']))).toBe('The MAC of the grant does not hold.');
  });

  test('so a grant of a policy from before the upgrade is refused, and says what to do', async () => {
    expect(await faultOf(await signed(mac, ['policy:alone']))).toMatch(/before an upgrade, propose the change again/);
  });

  test.each([
    ['both', mac],
    ['both, with the key for grants of policies', unattendedMac],
  ])('and under none if it names %s', async (_what, key) => {
    const grant = await signed(key, ['policy:alone', 'ana@example.com']);
    expect(await faultOf(grant)).toMatch(/names policies and people/);
  });

  test('and a grant of a policy under none if the deployment has no such key', async () => {
    const grant = await signed(unattendedMac, ['policy:alone']);
    const without = { ...keys, unattendedMac: undefined };
    expect(await grantFault(without, grant, wanted, clock.now())).toMatch(/no policy of this deployment permits/);
  });

  test('and a policy cannot override a change freeze', async () => {
    expect(await faultOf(await signed(unattendedMac, ['policy:alone'], true))).toMatch(/only a person can/);
  });
});

describe('a grant is redeemed once', () => {
  test('of fifty entries at once by one', async () => {
    const ledger = new MemoryLedger();
    const grant = await first();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => redeem(ledger, grant, `incident-1/apply/${n}`, clock.now())),
    );
    expect(answers.filter((answer) => answer === 'redeemed')).toHaveLength(1);
  });

  test('and a second attempt of that entry still has it', async () => {
    const ledger = new MemoryLedger();
    const grant = await first();
    expect(await redeem(ledger, grant, 'incident-1/apply/7', clock.now())).toBe('redeemed');
    expect(await redeem(ledger, grant, 'incident-1/apply/7', clock.now())).toBe('redeemed');
    expect(await redeem(ledger, grant, 'incident-1/apply/9', clock.now())).toBe('used');
  });
});
