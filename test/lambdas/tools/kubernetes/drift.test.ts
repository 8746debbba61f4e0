import { describe, expect, test } from 'vitest';
import { KUBERNETES } from '../../../../lambdas/contracts/clusters.ts';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { providerOf } from '../../../../lambdas/contracts/tool.ts';
import { movementOf, readSnapshot } from '../../../../lambdas/kernel/changes/snapshot.ts';
import { CATALOGUE, CHANGE_TOOLS } from '../../../../lambdas/tools/catalogue.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { shippedRules } from '../../../lib/shipped.ts';
import { ChangeRun } from './change-run.ts';

/** What somebody else does to the target between the dry run and the change. */
type Move = readonly [what: string, run: (example: ExampleCluster, pod: string) => unknown];

const merge =
  (of: string, patch: JsonObject, manager = 'kubectl') =>
  ({ cluster }: ExampleCluster): void =>
    cluster.drift({ of, manager, merge: patch });
const CHECKOUT = 'shop/deployments/checkout';
const web = (more: JsonObject): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: 'web', ...more }] } } },
});
const later =
  (seconds: number, move: (example: ExampleCluster) => void) =>
  (example: ExampleCluster): void => {
    move(example);
    example.wait(seconds);
  };

const NAMESPACE: Move = [
  'the namespace becomes another environment',
  merge('-/namespaces/shop', { metadata: { labels: { environment: 'dev' } } }),
];

const WORKLOAD: readonly Move[] = [
  NAMESPACE,
  ['the workload gets a label', merge(CHECKOUT, { metadata: { labels: { team: 'bob' } } })],
  ['it is made again', ({ cluster }) => cluster.drift({ of: CHECKOUT, manager: 'kubectl', recreate: true })],
  ['it is scaled', merge(CHECKOUT, { spec: { replicas: 5 } })],
  ['its image is another one', later(60, merge(CHECKOUT, web({ image: 'example.com/shop:9' })))],
  [
    'its image cannot be pulled, for so long that the rollout is given up',
    later(1200, merge(CHECKOUT, web({ image: 'example.com/shop:gone' }))),
  ],
  ['it asks for more', merge(CHECKOUT, web({ resources: { requests: { cpu: '300m' } } }))],
  ['its limit is another one', merge(CHECKOUT, web({ resources: { limits: { memory: '600Mi' } } }))],
  ['a variable has another value', merge(CHECKOUT, web({ env: [{ name: 'A', value: 'b' }] }))],
  ['it is replaced in another way', merge(CHECKOUT, { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } })],
  ['it is paused', merge(CHECKOUT, { spec: { paused: true } })],
  [
    'it gets an owner',
    merge(CHECKOUT, { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u' }] } }),
  ],
  ['Checkrein has written it, and not released', merge(CHECKOUT, { spec: { minReadySeconds: 3 } }, 'checkrein')],
  [
    'somebody restarted it',
    merge(CHECKOUT, { spec: { template: { metadata: { annotations: { 'checkrein.dev/restarted': 'x' } } } } }),
  ],
];

const POD: readonly Move[] = [
  NAMESPACE,
  [
    'the pod gets a label',
    ({ cluster }, pod) =>
      cluster.drift({
        of: `shop/pods/${pod}`,
        manager: 'kubectl',
        merge: { metadata: { labels: { 'pod-template-hash': 'other' } } },
      }),
  ],
  ['the pod is being deleted', (example, pod) => example.send('v1: create pods/eviction', { name: pod, body: {} })],
  [
    'the pod is gone',
    (example, pod) => {
      example.cluster.drift({ of: `shop/pods/${pod}`, manager: 'kubectl', delete: true });
      example.wait(120);
    },
  ],
];

/** Only images that a world names behave as it says. */
const SPARE = `    - { apiVersion: apps/v1, kind: Deployment, metadata: { name: spare, namespace: shop }, spec: { replicas: 0, selector: { matchLabels: { app: spare } }, template: { metadata: { labels: { app: spare } }, spec: { containers: [{ name: a, image: 'example.com/shop:gone' }] } } } }
  images: { 'example.com/shop:gone': { pull: fails } }
`;

const [cluster, namespace, why] = ['shop-eu', 'shop', 'The evidence says so.'];
const place = { cluster, namespace, kind: 'deployments', name: 'checkout', why };
const CASES = [
  { tool: 'scale_workload', input: { ...place, replicas: 4 }, moves: WORKLOAD },
  {
    tool: 'set_resources',
    input: { ...place, container: 'web', requests: {}, limits: { memory: '768Mi' } },
    moves: WORKLOAD,
  },
  { tool: 'restart_rollout', input: place, moves: WORKLOAD },
  { tool: 'undo_rollout', input: { ...place, revision: 1 }, moves: WORKLOAD },
  { tool: 'restart_pod', input: { cluster, namespace, why }, moves: POD },
];

test('every change tool on Kubernetes is among them', () => {
  const names = CHANGE_TOOLS.filter(({ manifest }) => providerOf(manifest) === KUBERNETES).map(
    ({ manifest }) => manifest.name,
  );
  expect(names.sort()).toEqual(CASES.map(({ tool }) => tool).sort());
});

describe.each(CASES)('between dry run and change of $tool', ({ tool: name, input: given, moves }) => {
  /** The fields that a move moves, and all that a plan has. */
  const moved = async (run: Move[1]) => {
    const example = new ExampleCluster(`${SHOP}${SPARE}`);
    example.wait(60);
    const tool = await CATALOGUE.loadChange(name);
    const { context } = new ChangeRun(tool, example);
    const pod = (await example.pods())[0]?.metadata.name ?? expect.fail('no pod');
    const input = name === 'restart_pod' ? { ...given, name: pod } : given;
    const snapshot = () => readSnapshot(tool, input, context, shippedRules().settings);
    const before = await snapshot();
    await run(example, pod);
    const { tags, fields } = movementOf(before, await snapshot());
    const names = [...fields.map(({ field }) => field.split('.')[0] ?? ''), ...(tags.length > 0 ? ['tags'] : [])];
    const all = [
      'tags',
      'environment',
      'uid',
      ...Object.keys(before.configuration),
      ...Object.keys(JsonObject.parse(before.state)),
    ];
    return { names, all: [...new Set(all)] };
  };

  test.each(moves)('%s: the plan no longer fits', async (_what, run) => {
    expect((await moved(run)).names).not.toEqual([]);
  });

  test('no field of the plan can move without a test here', async () => {
    const found = await Promise.all(moves.map(([, run]) => moved(run)));
    const seen = new Set(found.flatMap(({ names }) => names));
    expect((found[0]?.all ?? []).filter((field) => !seen.has(field))).toEqual([]);
  });
});
