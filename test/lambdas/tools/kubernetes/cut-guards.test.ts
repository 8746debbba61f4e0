import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../../lambdas/contracts/json.ts';
import { USAGE_READ } from '../../../../lambdas/contracts/usage.ts';
import { manifest } from '../../../../lambdas/tools/set-resources/manifest.ts';
import { podGuards } from '../../../../lambdas/tools/set-resources/pod-guards.ts';
import { throttlingGuard } from '../../../../lambdas/tools/set-resources/throttling-guard.ts';
import { observing } from '../context.ts';

const NOW = Date.parse('2026-11-02T02:14:00Z');
const SINCE = new Date(NOW - 15 * 60_000);
const place = { cluster: 'prod', namespace: 'shop', kind: 'deployments', name: 'checkout', container: 'web' } as const;
const none = { requests: { cpu: null, memory: null }, limits: { memory: null } };
const CUT = {
  before: { ...none, requests: { cpu: '500m', memory: null } },
  after: { ...none, requests: { cpu: '350m', memory: null } },
};
const GROWTH = { before: CUT.after, after: CUT.before };

const pod = (status: JsonObject): JsonObject => ({
  metadata: {
    name: 'checkout-b2-x',
    uid: 'u',
    creationTimestamp: '2026-11-02T02:00:00Z',
    labels: { 'pod-template-hash': 'b2' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'checkout-b2', uid: 'r' }],
  },
  spec: { containers: [{ name: 'web' }] },
  status,
});

const ended = (reason: string, at: string): JsonObject => ({
  containerStatuses: [
    {
      name: 'web',
      ready: true,
      restartCount: 1,
      state: {},
      lastState: { terminated: { exitCode: 1, reason, finishedAt: at } },
    },
  ],
});

const guards = async (change: typeof CUT, status: JsonObject) => {
  const context = observing(manifest);
  context.cloud.answers('v1', 'list pods', { metadata: {}, items: [pod(status)] });
  const found = await podGuards(context.cloud, place, change, SINCE);
  return Object.fromEntries(found.map(({ name, ...check }) => [name, check]));
};

describe('after a cut', () => {
  test('a container that ended since is its fault; one that ended before is not', async () => {
    expect((await guards(CUT, ended('Error', '2026-11-02T02:05:00Z')))['restarts']).toMatchObject({ outcome: 'bad' });
    expect((await guards(CUT, ended('Error', '2026-11-02T01:05:00Z')))['restarts']).toMatchObject({ outcome: 'good' });
    expect((await guards(GROWTH, ended('Error', '2026-11-02T02:05:00Z')))['restarts']).toMatchObject({
      outcome: 'unknown',
    });
  });

  test('a pod that no node has room for is said in the words of the scheduler', async () => {
    const message = '0/3 nodes are available: 3 Insufficient cpu.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    expect((await guards(CUT, { phase: 'Pending', conditions }))['pods without a node']).toEqual({
      outcome: 'bad',
      detail: 'No node has room for checkout-b2-x: 0/3 nodes are available: 3 Insufficient cpu.',
    });
  });
});

const throttled = (limits: JsonObject, usage: Json | Error) => {
  const context = observing(manifest);
  context.cloud.answers('apps/v1', 'get deployments', {
    metadata: { name: 'checkout', uid: 'u', creationTimestamp: '2026-10-01T00:00:00Z' },
    spec: { template: { spec: { containers: [{ name: 'web', resources: { limits } }] } } },
    status: {},
  });
  context.cloud.answers(USAGE_READ.service, USAGE_READ.command, usage);
  return throttlingGuard(context, place, SINCE);
};
const points = (before: number, ...after: readonly number[]): Json => ({
  source: 'Prometheus',
  series: [
    {
      container: 'web',
      points: [[NOW / 1000 - 3600, before], ...after.map((percent, n) => [NOW / 1000 - n * 300, percent])],
    },
  ],
  warnings: [],
});

describe('throttling after a cut', () => {
  test('is its fault if half of the time is worse than the day before', async () => {
    expect(await throttled({ cpu: '1' }, points(5, 60, 40, 2))).toMatchObject({ outcome: 'bad' });
  });

  test('is not if it was so before, or only for a start', async () => {
    expect(await throttled({ cpu: '1' }, points(70, 60, 40, 50))).toMatchObject({ outcome: 'good' });
    expect(await throttled({ cpu: '1' }, points(5, 1, 2, 90))).toMatchObject({ outcome: 'good' });
  });

  test('cannot be without a CPU limit, and is unknown where nobody measures it', async () => {
    expect(await throttled({}, new CloudError('NotFound', 'never asked'))).toMatchObject({ outcome: 'good' });
    expect(await throttled({ cpu: '1' }, new CloudError('UsageUnavailable', 'no answer'))).toMatchObject({
      outcome: 'unknown',
    });
  });
});
