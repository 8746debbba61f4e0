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

const HPA = 'shop/horizontalpodautoscalers/checkout';
const ofObject = (of: string): readonly Move[] => [
  ['it gets a label', merge(of, { metadata: { labels: { team: 'bob' } } })],
  [
    'it gets an owner',
    merge(of, { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u' }] } }),
  ],
  ['it is made again', ({ cluster }) => cluster.drift({ of, manager: 'kubectl', recreate: true })],
];
const AUTOSCALER: readonly Move[] = [
  NAMESPACE,
  ...ofObject(HPA),
  ['its bounds are others', merge(HPA, { spec: { minReplicas: 1, maxReplicas: 9 } })],
  ['Checkrein has written it, and not released', merge(HPA, { spec: { maxReplicas: 8 } }, 'checkrein')],
  ['it scales something else', merge(HPA, { spec: { scaleTargetRef: { name: 'spare' } } })],
  [
    'it scales by another metric',
    merge(HPA, {
      spec: {
        metrics: [
          { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    }),
  ],
  ['it scales in another way', merge(HPA, { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } } })],
];

const CRON = 'shop/cronjobs/nightly';
const CRON_JOB: readonly Move[] = [
  NAMESPACE,
  ...ofObject(CRON),
  ['it is suspended', merge(CRON, { spec: { suspend: true } })],
  ['Checkrein has written it, and not released', merge(CRON, { spec: { suspend: true } }, 'checkrein')],
  ['it has another schedule', merge(CRON, { spec: { schedule: '1 1 * * *' } })],
  ['it lets Jobs overlap no more', merge(CRON, { spec: { concurrencyPolicy: 'Forbid' } })],
  ['it has a starting deadline', merge(CRON, { spec: { startingDeadlineSeconds: 60 } })],
];

const FLAGS = 'shop/configmaps/flags';
const CONFIG_MAP: readonly Move[] = [
  NAMESPACE,
  ...ofObject(FLAGS),
  ['the key has another value', merge(FLAGS, { data: { new_basket: 'maybe' } })],
  ['Checkrein has written it, and not released', merge(FLAGS, { data: { new_basket: 'maybe' } }, 'checkrein')],
  ['it has another key', merge(FLAGS, { data: { other: 'yes' } })],
  ['it becomes immutable', merge(FLAGS, { immutable: true })],
];

const A_NODE = '-/nodes/a-1';
const NODE: readonly Move[] = [
  ['it gets a label', merge(A_NODE, { metadata: { labels: { team: 'bob' } } })],
  ['it is in another zone', merge(A_NODE, { metadata: { labels: { 'topology.kubernetes.io/zone': 'c' } } })],
  ['it is made again', ({ cluster }) => cluster.drift({ of: A_NODE, manager: 'kubectl', recreate: true })],
  ['it is cordoned', merge(A_NODE, { spec: { unschedulable: true } })],
  ['Checkrein has written it, and not released', merge(A_NODE, { spec: { unschedulable: true } }, 'checkrein')],
  ['it gets a taint', merge(A_NODE, { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } })],
];

const DATA = 'shop/persistentvolumeclaims/data';
const CLAIM: readonly Move[] = [
  NAMESPACE,
  ...ofObject(DATA),
  ['it is grown', merge(DATA, { spec: { resources: { requests: { storage: '15Gi' } } } })],
  [
    'it has been grown, and the volume is larger',
    later(120, merge(DATA, { spec: { resources: { requests: { storage: '15Gi' } } } })),
  ],
  [
    'Checkrein has written it, and not released',
    merge(DATA, { spec: { resources: { requests: { storage: '15Gi' } } } }, 'checkrein'),
  ],
  ['it has another volume', merge(DATA, { spec: { volumeName: 'pv-2' } })],
  ['it has another class', merge(DATA, { spec: { storageClassName: 'fixed' } })],
  ['it loses its volume', merge(DATA, { status: { phase: 'Lost' } })],
  ['its volume is being resized', merge(DATA, { status: { conditions: [{ type: 'Resizing', status: 'True' }] } })],
];

const nodeYaml = (name: string): string =>
  `    - { apiVersion: v1, kind: Node, metadata: { name: ${name}, labels: { topology.kubernetes.io/zone: a } }, status: { allocatable: { cpu: "2", memory: 4Gi }, conditions: [{ type: Ready, status: "True" }] } }\n`;
/** What the further tools change. */
const OBJECTS = [
  `    - { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: checkout, namespace: shop }, spec: { minReplicas: 2, maxReplicas: 6, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: checkout } } }\n`,
  `    - { apiVersion: batch/v1, kind: CronJob, metadata: { name: nightly, namespace: shop }, spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: 'example.com/nightly:1' }] } } } } } }\n`,
  `    - { apiVersion: v1, kind: ConfigMap, metadata: { name: flags, namespace: shop }, data: { new_basket: 'on' } }\n`,
  `    - { apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: gp3 }, provisioner: ebs.csi.aws.com, allowVolumeExpansion: true }\n`,
  `    - { apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data, namespace: shop }, spec: { storageClassName: gp3, volumeName: pv-1, resources: { requests: { storage: 10Gi } } } }\n`,
  nodeYaml('a-1'),
  nodeYaml('a-2'),
].join('');

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
  {
    tool: 'set_hpa_bounds',
    input: { cluster, namespace, name: 'checkout', maxReplicas: 7, why },
    moves: AUTOSCALER,
    more: OBJECTS,
  },
  {
    tool: 'set_cron_suspended',
    input: { cluster, namespace, name: 'nightly', suspended: true, why },
    moves: CRON_JOB,
    more: OBJECTS,
  },
  {
    tool: 'patch_config_map_key',
    input: { cluster, namespace, name: 'flags', key: 'new_basket', value: 'off', why },
    moves: CONFIG_MAP,
    more: OBJECTS,
  },
  {
    tool: 'set_volume_claim_size',
    input: { cluster, namespace, name: 'data', size: '20Gi', why },
    moves: CLAIM,
    more: OBJECTS,
  },
  {
    tool: 'set_node_schedulable',
    input: { cluster, namespace, node: 'a-1', schedulable: false, why },
    moves: NODE,
    more: OBJECTS,
  },
];

test('every change tool on Kubernetes is among them', () => {
  const names = CHANGE_TOOLS.filter(({ manifest }) => providerOf(manifest) === KUBERNETES).map(
    ({ manifest }) => manifest.name,
  );
  expect(names.sort()).toEqual(CASES.map(({ tool }) => tool).sort());
});

describe.each(CASES)('between dry run and change of $tool', ({ tool: name, input: given, moves, more = '' }) => {
  /** The fields that a move moves, and all that a plan has. */
  const moved = async (run: Move[1]) => {
    const example = new ExampleCluster(`${SHOP}${more}${SPARE}`);
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
    // The environment of what is in no namespace is the cluster's, of the settings.
    const ofTarget = name === 'set_node_schedulable' ? ['tags', 'uid'] : ['tags', 'environment', 'uid'];
    const all = [...ofTarget, ...Object.keys(before.configuration), ...Object.keys(JsonObject.parse(before.state))];
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
