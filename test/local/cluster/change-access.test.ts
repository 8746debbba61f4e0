import { describe, expect, test } from 'vitest';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import type { ChangeScope, CloudRequest } from '../../../lambdas/contracts/ports.ts';
import type { Rules } from '../../../lambdas/contracts/rules.ts';
import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { rulesFor } from '../../../local/account-access.ts';
import type { RecordedCall } from '../../../local/account/account.ts';
import { SimulatedClock } from '../../../local/account/clock.ts';
import { parseWorld } from '../../fixtures/shipped-app.ts';
import { clusterAccess } from '../../../local/cluster-access.ts';
import { CLUSTER_TOOLS, clusterAgent, SCALE } from '../../fixtures/cluster-tools.ts';
import { rules } from '../../fixtures/harness.ts';
import { SHOP } from './example-cluster.ts';

const UNBOUND = `${SHOP}  admissionPolicy: false\n`;
const agents = clusterAgent('fixer', { clusters: ['shop-eu'], namespaces: ['shop'] });

/** What a laptop gives Apply in the cluster of a world. */
const laptop = (yaml: string = SHOP, hub = '') => {
  const world = parseWorld(`${hub}${yaml}`, 'world.yaml');
  const calls: RecordedCall[] = [];
  const inEffect: Rules = rulesFor(world, { ...rules, agents });
  const clock = new SimulatedClock(new Date(world.now));
  const access = clusterAccess(world, {
    rules: inEffect,
    installed: { ...INSTALLED, catalogue: CLUSTER_TOOLS },
    clock,
    onCall: (call) => calls.push(call),
  })('apply');
  const [changes, reads] = [access.changes[0] ?? expect.fail('no changes'), access.reads[0] ?? expect.fail('no reads')];
  const at = { account: world.account, region: world.region };
  const location = { incidentId: 'inc-1', accountRegion: at };
  const read = async () => {
    const cloud = reads.cloud(SCALE.reads, location);
    const found = await cloud.send({ service: 'apps/v1', command: 'get deployments', input: IT });
    const [, uid = ''] = /"uid":"([^"]+)"/.exec(JSON.stringify(found)) ?? [];
    const [, replicas = ''] = /"replicas":(\d+),"(?!updated)/.exec(JSON.stringify(found)) ?? [];
    return { uid, replicas: Number(replicas) };
  };
  const scope = async (more: Partial<ChangeScope> = {}): Promise<ChangeScope> => ({
    provider: 'kubernetes',
    calls: SCALE.changes,
    target: {
      kind: 'deployment',
      id: 'shop/checkout',
      provider: 'kubernetes',
      ref: 'k8s://shop-eu/shop/deployments/checkout',
      uid: (await read()).uid,
      ...at,
      environment: 'production',
      tags: {},
    },
    location,
    tool: SCALE.name,
    purpose: 'apply',
    sessionName: 'apply-inc-1',
    ...more,
  });
  const assume = async (more: Partial<ChangeScope> = {}) => changes.assume(await scope(more));
  const writes = () => calls.filter(({ mutating, dryRun }) => mutating && !dryRun);
  return { assume, read, writes, calls };
};

const IT = { namespace: 'shop', name: 'checkout' };
const to = (value: number, more: CloudRequest['input'] = {}): CloudRequest => ({
  service: 'apps/v1',
  command: 'patch deployments',
  input: {
    ...IT,
    query: { fieldManager: 'checkrein' },
    contentType: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/replicas', value }],
    ...more,
  },
});
const DRY = { query: { dryRun: 'All' } };

describe('a change in the cluster of a laptop', () => {
  test('begins with a dry run that the policy refuses, and is recorded under the name of its session', async () => {
    const { assume, read, writes, calls } = laptop();
    const cloud = await assume();
    const { uid } = await read();
    const principal = `arn:aws:sts::123456789012:assumed-role/checkrein-change/apply-scale_it-${uid}`;
    expect(calls.filter(({ mutating }) => mutating)).toMatchObject([{ dryRun: true, outcome: 'Forbidden', principal }]);
    await cloud.send(to(3));
    expect((await read()).replicas).toBe(3);
    expect(writes()).toMatchObject([{ step: 'apply', principal, incidentId: 'inc-1', outcome: 'ok' }]);
    await (await assume({ purpose: 'rollback' })).send(to(2));
    expect(writes()[1]?.principal).toMatch(/\/undo-scale_it-/);
  });

  test('in a member account is made under the role of members', async () => {
    const { assume, writes } = laptop(SHOP, "hub: '999999999999'\n");
    await (await assume()).send(to(3));
    expect(writes()[0]?.principal).toMatch(
      /^arn:aws:sts::123456789012:assumed-role\/checkrein-eu-west-1-change\/apply-/,
    );
  });

  test.each(['dry-run', 'apply', 'rollback'] as const)(
    'of the purpose %s gets no session where the policy is not bound',
    async (purpose) => {
      const { assume, writes } = laptop(UNBOUND);
      await expect(assume({ purpose })).rejects.toThrow('The admission policy checkrein-one-change is not bound');
      expect(writes()).toEqual([]);
    },
  );

  test('in a dry run makes dry runs only', async () => {
    const { assume, read, writes } = laptop();
    const cloud = await assume({ purpose: 'dry-run' });
    await cloud.send(to(3, DRY));
    await expect(cloud.send(to(3))).rejects.toThrow('It was not sent');
    expect([writes(), (await read()).replicas]).toEqual([[], 2]);
  });

  test('reaches no other object, and no other field than those of its tool', async () => {
    const { assume, read } = laptop();
    const cloud = await assume();
    await expect(cloud.send(to(3, { name: 'other' }))).rejects.toThrow('is not on what this change may touch');
    const paused = { body: [{ op: 'add', path: '/spec/paused', value: true }] };
    await expect(cloud.send(to(3, paused))).rejects.toThrow(
      'Checkrein: scale_it may change only spec.replicas of deployments',
    );
    expect((await read()).replicas).toBe(2);
  });

  test('of an incident in another account gets no session', async () => {
    const location = { incidentId: 'inc-1', accountRegion: { account: '111111111111', region: 'eu-west-1' } };
    await expect(laptop().assume({ location })).rejects.toThrow('no member in the settings (`members`)');
  });
});

describe('faults of the world meet the calls of a tool in its session', () => {
  const faulty = (fault: string) => laptop(`${SHOP}  faults: [${fault}]\n`);

  test.each([
    ['lost: true', 3],
    ['lost: request', 2],
    ['throttle: true', 2],
    ['error: { status: 500, reason: InternalError, message: etcd }', 2],
  ])('%s: the caller does not know that there are %d replicas', async (fault, replicas) => {
    const { assume, read } = faulty(`{ command: patch deployments, dryRun: false, times: 1, ${fault} }`);
    const cloud = await assume();
    await expect(cloud.send(to(3))).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
    expect((await read()).replicas).toBe(replicas);
  });

  test('the proof of the policy is not the dry run of a tool, unless the fault says so', async () => {
    const drifts =
      '{ after: { command: patch deployments, dryRun: true }, set: { of: shop/deployments/checkout, merge: { spec: { replicas: 5 } } } }';
    const { assume, read } = faulty(drifts);
    const cloud = await assume({ purpose: 'dry-run' });
    expect((await read()).replicas).toBe(2);
    await cloud.send(to(3, DRY));
    expect((await read()).replicas).toBe(5);
    const broken = faulty('{ command: patch deployments, proof: true, lost: true }');
    await expect(broken.assume()).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
    expect(broken.writes()).toEqual([]);
  });

  test('somebody else changes the object just before a patch, whose test then fails', async () => {
    const { assume, read } = faulty(
      '{ before: { command: patch deployments, dryRun: false }, set: { of: shop/deployments/checkout, merge: { spec: { replicas: 5 } } } }',
    );
    const tested = [
      { op: 'test', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/spec/replicas', value: 3 },
    ];
    await expect((await assume()).send(to(3, { body: tested }))).rejects.toMatchObject({ code: 'Invalid' });
    expect((await read()).replicas).toBe(5);
  });

  test('another object has the name just before a patch, which is refused', async () => {
    const { assume, read } = faulty(
      '{ before: { command: patch deployments, dryRun: false }, set: { of: shop/deployments/checkout, recreate: true } }',
    );
    await expect((await assume()).send(to(3))).rejects.toThrow(/has not the UID .* of the session/);
    expect((await read()).replicas).toBe(2);
  });
});
