import { describe, expect, test } from 'vitest';
import { Target } from '../../../../lambdas/contracts/plan.ts';
import { kubernetes } from '../../../../lambdas/providers/kubernetes/provider.ts';
import { sessionNameOf } from '../../../../lambdas/providers/kubernetes/session-name.ts';

const place = { account: '123456789012', region: 'eu-west-1', environment: 'production', tags: {} };
const UID = '0a1b2c3d-0000-4000-8000-00000000000f';
const targetAt = (ref: string) => ({
  kind: 'deployment',
  id: 'shop/cart',
  provider: 'kubernetes',
  ref,
  uid: UID,
  ...place,
});

describe('a ref', () => {
  test.each([
    'k8s://prod/shop/deployments/cart',
    'k8s://Prod_1/shop/pods/cart-5d.9f',
    'k8s://prod/-/nodes/ip-10-0-1-2.internal',
  ])('%s is one target', (ref) => {
    expect(kubernetes.isRef(ref)).toBe(true);
    expect(Target.safeParse(targetAt(ref)).success).toBe(true);
  });

  test.each([
    'k8s://prod/shop/deployments/*',
    'k8s://prod/*/deployments/cart',
    'k8s://prod/shop/deployments',
    'k8s://prod/shop/deployments/cart/scale',
    'k8s://prod/shop/deployments/..',
    'k8s://prod/shop/deployments/a..b',
    'k8s://prod/shop/Deployments/cart',
    'k8s://prod//deployments/cart',
    'k8s://prod/-/deployments/cart',
    'k8s://prod/shop/nodes/node-1',
    'k8s://prod/-/nodes/*',
    'k8s://prod/-/storageclasses/gp3',
    'k8s://prod/shop/storageclasses/gp3',
    'k8s://prod/shop/deployments/cart?dryRun=All',
    'k8s://prod/shop/deployments/cart\n',
    'kubernetes://prod/shop/deployments/cart',
    'arn:aws:eks:eu-west-1:123456789012:cluster/prod',
  ])('%j is none', (ref) => expect(kubernetes.isRef(ref)).toBe(false));

  test('of another provider cannot begin with k8s', () => {
    const ref = 'k8s://prod/shop/deployments/cart';
    expect(Target.safeParse({ ...targetAt(ref), provider: 'k8s' }).success).toBe(false);
    expect(Target.safeParse({ ...targetAt(ref), provider: 'other' }).success).toBe(false);
  });
});

test('a target is in its account, its cluster and its namespace', () => {
  expect(kubernetes.parentsOf(targetAt('k8s://prod/shop/deployments/cart'))).toEqual([
    { type: 'Account', id: '123456789012' },
    { type: 'Cluster', id: '123456789012/prod' },
    { type: 'Namespace', id: '123456789012/prod/shop' },
  ]);
});

test('a node is in its account and its cluster, and in no namespace', () => {
  expect(kubernetes.parentsOf(targetAt('k8s://prod/-/nodes/node-1'))).toEqual([
    { type: 'Account', id: '123456789012' },
    { type: 'Cluster', id: '123456789012/prod' },
  ]);
});

describe('a dry run', () => {
  const patch = { service: 'apps/v1', command: 'patch deployments' };

  test('is a call with dryRun=All in the query', () => {
    expect(kubernetes.isDryRun({ ...patch, input: { query: { dryRun: 'All' } } })).toBe(true);
  });

  test.each([
    { ...patch, input: {} },
    { ...patch, input: { dryRun: 'All' } },
    { ...patch, input: { body: { dryRun: ['All'] } } },
    { ...patch, input: { query: { dryRun: 'all' } } },
    { ...patch, input: { query: { dryRun: ['All'] } } },
    { ...patch, input: { query: 'dryRun=All' } },
    { ...patch, input: { query: ['dryRun', 'All'] } },
    { service: 'policy/v1', command: 'create pods/eviction', input: { body: { deleteOptions: { dryRun: ['All'] } } } },
    { service: 'v1', command: 'deletecollection pods', input: { query: { dryRun: 'All' } } },
    { service: 'ec2', command: 'StopInstances', input: { DryRun: true, query: { dryRun: 'All' } } },
  ])('is not $command with $input', (request) => expect(kubernetes.isDryRun(request)).toBe(false));

  test('is not one that only the body asks for: an API server would make the change', () => {
    const body = { dryRun: ['All'], deleteOptions: { dryRun: ['All'] } };
    for (const query of [undefined, {}, { fieldManager: 'checkrein' }])
      expect(kubernetes.isDryRun({ ...patch, input: { body, ...(query && { query }) } })).toBe(false);
  });
});

describe('the name of a session', () => {
  test('says mode, operation and UID, and fits into what STS allows', () => {
    const name = sessionNameOf({ mode: 'apply', operation: 'set_auto_scaling_abcd', uid: UID });
    expect(name).toBe(`apply-set_auto_scaling_abcd-${UID}`);
    expect(name).toHaveLength(64);
  });

  test.each([
    ['a tool with too long a name', { operation: 'a'.repeat(22), uid: UID }],
    ['a tool with a hyphen, after which the parts could be read in another way', { operation: 'apply-x', uid: UID }],
    ['a UID that is none', { operation: 'scale_workload', uid: 'cart' }],
    ['a UID in capitals', { operation: 'scale_workload', uid: UID.toUpperCase() }],
  ])('is not made for %s', (_why, { operation, uid }) => {
    expect(() => sessionNameOf({ mode: 'apply', operation, uid })).toThrow('cannot be bound to its target');
  });
});
