import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { assertNotAutoscaled } from '../../../../lambdas/tools/kubernetes/autoscalers.ts';
import { budgetsOver } from '../../../../lambdas/tools/kubernetes/budgets.ts';
import { listAllObjects, orWhyNot } from '../../../../lambdas/tools/kubernetes/call-cluster.ts';
import { quotaUsePercentAfter } from '../../../../lambdas/tools/kubernetes/changes/quota.ts';
import { Metadata } from '../../../../lambdas/tools/kubernetes/objects.ts';
import { FakeCloud } from '../../../fakes/fake-cloud.ts';

const place = { cluster: 'prod', namespace: 'shop' };
const workload = { ...place, kind: 'deployments', name: 'checkout' } as const;
const HPAS = ['autoscaling/v2', 'list horizontalpodautoscalers'] as const;
const BUDGETS = ['policy/v1', 'list poddisruptionbudgets'] as const;
const QUOTAS = ['v1', 'list resourcequotas'] as const;
const KEDA = ['keda.sh/v1alpha1', 'list scaledobjects'] as const;

/** A cloud that answers with these pages, one after another. */
const paged = ([service, command]: readonly [string, string], ...pages: readonly JsonObject[][]): FakeCloud => {
  const answers = pages.map((items, at) => ({
    metadata: at < pages.length - 1 ? { continue: `page-${at + 1}` } : { continue: '' },
    items,
  }));
  const calls = [HPAS, BUDGETS, QUOTAS, KEDA].map(([of, name]) => ({ service: of, command: name }));
  const noKeda = new CloudError('NotFound', 'the server could not find the requested resource');
  return new FakeCloud(calls).answers(...KEDA, noKeda).answers(service, command, ...answers);
};

const metadata = (name: string): JsonObject => ({
  name,
  namespace: 'shop',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-11-01T00:00:00Z',
});
const other = { metadata: metadata('other') };

describe('what forbids is looked for in the whole namespace, not on the first page:', () => {
  test('an autoscaler', async () => {
    const spec = { minReplicas: 1, maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'checkout' } };
    const status = { currentReplicas: 1, desiredReplicas: 1 };
    const elsewhere = { ...spec, scaleTargetRef: { kind: 'Deployment', name: 'search' } };
    const cloud = paged(HPAS, [{ ...other, spec: elsewhere, status }], [{ metadata: metadata('late'), spec, status }]);
    await expect(assertNotAutoscaled(cloud, workload)).rejects.toThrow('the HorizontalPodAutoscaler late');
    expect(cloud.inputsOf(HPAS[1])).toEqual([
      { ...place, query: { limit: 500 } },
      { ...place, query: { limit: 500, continue: 'page-1' } },
    ]);
  });

  test('a disruption budget', async () => {
    const late = {
      metadata: metadata('late'),
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'checkout' } } },
      status: {},
    };
    const found = await budgetsOver(paged(BUDGETS, [{ ...other, spec: {}, status: {} }], [late]), place, {
      app: 'checkout',
    });
    expect(found.map((one) => one.metadata.name)).toEqual(['late']);
  });

  test('a quota', async () => {
    const late = { metadata: metadata('late'), spec: {}, status: { hard: { pods: '10' }, used: { pods: '10' } } };
    const cloud = paged(QUOTAS, [{ ...other, spec: {}, status: {} }], [late]);
    expect(await quotaUsePercentAfter(cloud, place, { pods: 1_000_000_000n })).toBe(110);
  });
});

test('a list that never ends is refused after four pages, and is not known where it only informs', async () => {
  const cloud = new FakeCloud([{ service: BUDGETS[0], command: BUDGETS[1] }]);
  cloud.answers(...BUDGETS, { metadata: { continue: 'more' }, items: [] });
  const read = () =>
    listAllObjects(cloud, 'policy/v1', 'poddisruptionbudgets', place, z.object({ metadata: Metadata }));
  await expect(read()).rejects.toThrow(
    /^The namespace shop has more than 2000 poddisruptionbudgets, which are not read/,
  );
  expect(cloud.requests).toHaveLength(4);
  const lines = await orWhyNot('Disruption budgets', async () => (await read()).map(() => 'one'));
  expect(lines).toEqual([
    expect.stringMatching(/^Disruption budgets: not known\. The namespace shop has more than 2000/),
  ]);
});
