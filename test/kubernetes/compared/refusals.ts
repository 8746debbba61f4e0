import * as z from 'zod';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { COMPARED } from '../cluster.ts';
import type { Side } from './sides.ts';

/** Requests that both refuse, or whose answer says in which order a server checks. */
interface ComparedRequests {
  readonly promise: string;
  readonly run: (side: Side) => Promise<unknown>;
}

const Named = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });
const List = z.object({ items: z.array(Named) });

const NO_UID = '00000000-0000-4000-8000-000000000000';
const CPU = '/spec/template/spec/containers/0/resources/requests/cpu';

/** Sends requests one after the other, also after one that is refused, and returns what came of each. */
const sent = async (cloud: Cloud, requests: readonly (readonly [call: string, input: JsonObject])[]) => {
  for (const [call, input] of requests) {
    const [service = '', command = ''] = call.split(': ');
    // The answers are recorded.
    const place = / nodes(\/|$)/.test(command) ? {} : { namespace: COMPARED };
    await cloud.send({ service, command, input: { ...place, ...input } }).then(String, () => 'refused');
  }
  return null;
};

const patched = (name: string, body: readonly JsonObject[], query: JsonObject = {}): JsonObject => ({
  name,
  query: { fieldManager: 'checkrein', ...query },
  contentType: 'application/json-patch+json',
  body: [...body],
});

const applied = (name: string, spec: JsonObject, query: JsonObject = {}): JsonObject => ({
  name,
  query: { fieldManager: 'checkrein', dryRun: 'All', ...query },
  contentType: 'application/apply-patch+yaml',
  body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: COMPARED }, spec },
});

const appliedOf = (apiVersion: string, kind: string, name: string, content: JsonObject): JsonObject => ({
  ...applied(name, {}),
  body: { apiVersion, kind, metadata: { name, namespace: COMPARED }, ...content },
});

const MAPS = ['v1', 'configmaps'] as const;
const PATCH_HPA = 'autoscaling/v2: patch horizontalpodautoscalers';
const IMAGE_OF_JOB = '/spec/jobTemplate/spec/template/spec/containers/0/image';
const replicas = (value: number): JsonObject => ({ op: 'replace', path: '/spec/replicas', value });
const DRY = { dryRun: 'All' };
const PATCH = 'apps/v1: patch deployments';

const uidOf = async ({ admin }: Side, service: string, resource: string, name: string): Promise<string> => {
  const input = { ...(resource !== 'nodes' && { namespace: COMPARED }), name };
  return Named.parse(await admin.send({ service, command: `get ${resource}`, input })).metadata.uid;
};

/** The first Pod of a workload, as both have it. */
const podOf = async ({ admin }: Side, app: string) => {
  const input = { namespace: COMPARED, query: { labelSelector: `app=${app}` } };
  const [first] = List.parse(await admin.send({ service: 'v1', command: 'list pods', input })).items;
  return first?.metadata ?? { name: 'none', uid: NO_UID };
};

const evicts = (name: string, deleteOptions: JsonObject | undefined, query: JsonObject = {}): JsonObject => ({
  name,
  query,
  body: {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace: COMPARED, name },
    ...(deleteOptions !== undefined && { deleteOptions }),
  },
});

const of = (uid: string): JsonObject => ({ preconditions: { uid } });
const EVICT = 'v1: create pods/eviction';

/** What both refuse, and how. */
export const REFUSALS: readonly ComparedRequests[] = [
  {
    promise: 'what is not there is not found, in the same words',
    run: ({ admin }) =>
      sent(admin, [
        ['apps/v1: get deployments', { name: 'nobody' }],
        ['v1: get pods', { name: 'nobody' }],
        [PATCH, patched('nobody', [replicas(1)])],
        [EVICT, evicts('nobody', of(NO_UID))],
        ['example.com/v1: list widgets', {}],
        ['apps/v1: list widgets', {}],
        ['policy/v1: get poddisruptionbudgets', { name: 'nobody' }],
      ]),
  },
  {
    promise: 'a field that somebody else owns is a conflict that names the owners, field by field',
    run: ({ admin }) =>
      sent(admin, [
        [PATCH, applied('cart', { replicas: 9 })],
        // Of several managers the server names any first.
        [PATCH, applied('leaky', { replicas: 9, template: { spec: { containers: [{ name: 'web', image: 'x:9' }] } } })],
        [PATCH, applied('cart', { replicas: 9 }, { fieldManager: 'helm' })],
      ]),
  },
  {
    promise: 'a patch that does not fit is refused in the same words',
    run: async (side) => {
      const uid = await uidOf(side, 'apps/v1', 'deployments', 'cart');
      const test = (path: string, value: string): JsonObject => ({ op: 'test', path, value });
      return sent(side.admin, [
        [PATCH, patched('cart', [test('/metadata/uid', NO_UID), replicas(1)])],
        [PATCH, patched('cart', [test(CPU, '1'), replicas(1)])],
        [PATCH, patched('cart', [test('/metadata/nothing', 'here'), replicas(1)])],
        [PATCH, patched('cart', [{ op: 'remove', path: '/spec/nothing' }])],
        [PATCH, patched('cart', [{ op: 'replace', path: '/spec/nothing', value: 1 }])],
        [PATCH, patched('cart', [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }, replicas(1)])],
        [PATCH, patched('cart', [{ op: 'replace', path: '/metadata/uid', value: NO_UID }], DRY)],
        [PATCH, patched('cart', [test('/metadata/uid', uid), replicas(-1)])],
        [PATCH, patched('cart', [{ op: 'replace', path: CPU, value: 'much' }])],
        [PATCH, patched('leaky', [{ op: 'replace', path: CPU.replace('cpu', 'memory'), value: '2Gi' }])],
        [PATCH, patched('cart', [{ op: 'add', path: '/spec/selector/matchLabels/more', value: 'x' }])],
        [PATCH, patched('cart', [replicas(1)], { dryRun: 'Some' })],
        [PATCH, { ...patched('cart', [replicas(1)]), contentType: 'application/json' }],
        ['apps/v1: patch statefulsets', patched('ledger', [replicas(-1)])],
      ]);
    },
  },
  {
    promise: 'the admission policy refuses in the same order and words',
    run: async (side) => {
      const uid = await uidOf(side, 'apps/v1', 'deployments', 'cart');
      const as = (mode: string, operation: string, target = uid) =>
        side.writer({ mode, operation, uid: target, rights: 'everything' });
      const image: JsonObject = { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'x:9' };
      await sent(as('force', 'scale_workload'), [[PATCH, patched('cart', [replicas(9)])]]);
      await sent(as('apply', 'anything'), [[PATCH, patched('cart', [replicas(9)])]]);
      await sent(as('apply', 'scale_workload', 'no-uid'), [[PATCH, patched('cart', [replicas(9)])]]);
      await sent(as('dry', 'restart_pod'), [[PATCH, patched('cart', [image])]]);
      await sent(as('dry', 'restart_pod'), [[PATCH, patched('cart', [image], DRY)]]);
      await sent(as('apply', 'scale_workload'), [
        [PATCH, patched('leaky', [replicas(9)])],
        [PATCH, patched('leaky', [image])],
        [PATCH, patched('cart', [image])],
        [PATCH, patched('cart', [replicas(-1)])],
        [PATCH, patched('nobody', [replicas(9)])],
        ['apps/v1: patch deployments/scale', { ...patched('cart', [replicas(9)]) }],
        ['apps/v1: patch statefulsets', patched('ledger', [replicas(9)])],
        [PATCH, applied('nobody', { replicas: 1 })],
        [EVICT, evicts('nobody', of(uid))],
      ]);
      await sent(as('dry', 'set_resources'), [
        [PATCH, patched('cart', [{ op: 'replace', path: CPU, value: '1' }])],
        [PATCH, patched('cart', [{ op: 'replace', path: CPU, value: 'much' }], DRY)],
        [PATCH, applied('cart', { template: { spec: { containers: [{ name: 'third', image: 'x:9' }] } } })],
      ]);
      const pod = await podOf(side, 'leaky');
      const restarts = as('apply', 'restart_pod', pod.uid);
      await sent(restarts, [
        [EVICT, evicts(pod.name, undefined)],
        [EVICT, evicts(pod.name, of(NO_UID))],
        [EVICT, evicts(pod.name, { ...of(pod.uid), gracePeriodSeconds: 0 })],
        [EVICT, evicts('nobody', of(NO_UID))],
        [EVICT, evicts('nobody', of(pod.uid))],
      ]);
      return sent(as('dry', 'restart_pod', pod.uid), [
        [EVICT, evicts(pod.name, of(pod.uid))],
        [EVICT, evicts(pod.name, { ...of(pod.uid), dryRun: ['All'] })],
      ]);
    },
  },
  {
    promise: 'sessions are held to objects of other kinds in the same order and words',
    run: async (side) => {
      const add = (path: string, value: Json): JsonObject => ({ op: 'add', path, value });
      const as = (operation: string, uid: string, mode = 'apply') =>
        side.writer({ mode, operation, uid, rights: 'everything' });
      const [node, flags] = [await uidOf(side, 'v1', 'nodes', 'compared-1'), await uidOf(side, ...MAPS, 'flags')];
      const cordon = patched('compared-1', [add('/spec/unschedulable', true)]);
      await sent(as('scale_workload', node), [['v1: patch nodes', cordon]]);
      await sent(as('set_node_schedulable', node, 'dry'), [['v1: patch nodes', cordon]]);
      await sent(as('set_node_schedulable', node), [
        ['v1: patch nodes', patched('compared-2', [add('/spec/unschedulable', true)])],
        ['v1: patch nodes', patched('compared-1', [add('/spec/taints', [{ key: 'a', effect: 'NoExecute' }])])],
        ['v1: patch nodes', patched('compared-1', [add('/metadata/labels', { zone: 'b' })])],
        ['v1: patch nodes', patched('nobody', [add('/spec/unschedulable', true)])],
        [PATCH, patched('cart', [replicas(9)])],
      ]);
      await sent(as('patch_config_map_key', flags), [
        ['v1: patch configmaps', patched('flags', [add('/data/colour', 'red')])],
        ['v1: patch configmaps', patched('flags', [add('/data/added', 'red')])],
        ['v1: patch configmaps', patched('flags', [{ op: 'remove', path: '/data/new_basket' }], DRY)],
        ['v1: patch configmaps', patched('flags', [add('/immutable', true)])],
        ['v1: patch configmaps', patched('flags', [add('/metadata/labels', { app: 'other' })])],
        ['v1: patch configmaps', patched('others', [add('/data/new_basket', 'off')])],
      ]);
      const nightly = await uidOf(side, 'batch/v1', 'cronjobs', 'nightly');
      await sent(as('set_cron_suspended', nightly), [
        ['batch/v1: patch cronjobs', patched('nightly', [add('/spec/schedule', '* * * * *')])],
        ['batch/v1: patch cronjobs', patched('nightly', [add(IMAGE_OF_JOB, 'example.com/evil:1')])],
      ]);
      const followed = await uidOf(side, 'autoscaling/v2', 'horizontalpodautoscalers', 'followed');
      return sent(as('set_hpa_bounds', followed), [
        [PATCH_HPA, patched('followed', [add('/spec/metrics', [])])],
        [PATCH_HPA, patched('followed', [add('/spec/scaleTargetRef/name', 'cart')])],
        [PATCH_HPA, patched('keda-hpa-stuck', [add('/spec/maxReplicas', 9)])],
      ]);
    },
  },
  {
    promise: 'values that an object of another kind cannot have are refused in the same words',
    run: ({ admin }) => {
      const set = (path: string, value: Json): JsonObject => ({ op: 'add', path, value });
      return sent(admin, [
        [PATCH_HPA, patched('followed', [set('/spec/minReplicas', 9)], DRY)],
        [PATCH_HPA, patched('followed', [set('/spec/minReplicas', 0)], DRY)],
        [PATCH_HPA, patched('followed', [set('/spec/maxReplicas', 0)], DRY)],
        [PATCH_HPA, patched('followed', [set('/spec/minReplicas', -1), set('/spec/maxReplicas', -2)], DRY)],
        ['v1: patch nodes', patched('compared-1', [{ op: 'remove', path: '/spec/unschedulable' }], DRY)],
        ['v1: patch nodes', patched('compared-1', [set('/spec/unschedulable', false)], DRY)],
        ['v1: patch configmaps', patched('flags', [{ op: 'replace', path: '/data/nothing', value: 'x' }], DRY)],
        ['v1: patch configmaps', patched('sealed', [set('/data/new_basket', 'off')], DRY)],
        ['v1: patch configmaps', patched('sealed', [set('/immutable', false)], DRY)],
        ['v1: patch configmaps', patched('flags', [set('/immutable', true)], DRY)],
        ['batch/v1: patch cronjobs', patched('nightly', [set('/spec/suspend', true)], DRY)],
        ['batch/v1: get cronjobs', { name: 'nobody' }],
        ['v1: get nodes', { name: 'nobody' }],
        ['v1: get configmaps', { name: 'nobody' }],
        [PATCH_HPA, patched('nobody', [set('/spec/maxReplicas', 9)])],
        // The fields of the tools of somebody else, by the apply of their dry runs.
        [PATCH_HPA, appliedOf('autoscaling/v2', 'HorizontalPodAutoscaler', 'followed', { spec: { minReplicas: 3 } })],
        ['batch/v1: patch cronjobs', appliedOf('batch/v1', 'CronJob', 'nightly', { spec: { schedule: '1 * * * *' } })],
        ['v1: patch configmaps', appliedOf('v1', 'ConfigMap', 'flags', { data: { new_basket: 'off', added: 'x' } })],
      ]);
    },
  },
  {
    promise: 'RBAC refuses in the same words',
    run: async (side) => {
      const uid = await uidOf(side, 'apps/v1', 'deployments', 'cart');
      await sent(side.reader, [
        ['v1: get secrets', { name: 'db' }],
        ['v1: list secrets', {}],
        ['v1: get serviceaccounts', { name: 'cart' }],
        ['v1: get configmaps', { name: 'others' }],
        ['v1: list configmaps', {}],
      ]);
      const map = await uidOf(side, ...MAPS, 'others');
      await sent(side.writer({ mode: 'apply', operation: 'patch_config_map_key', uid: map, rights: 'of the tools' }), [
        ['v1: patch configmaps', patched('others', [{ op: 'replace', path: '/data/new_basket', value: 'off' }])],
        ['v1: patch nodes/status', patched('compared-1', [])],
      ]);
      return sent(side.writer({ mode: 'apply', operation: 'scale_workload', uid, rights: 'of the tools' }), [
        ['apps/v1: patch deployments/scale', { ...patched('cart', [replicas(9)]) }],
        ['apps/v1: get deployments', { name: 'cart' }],
        ['apps/v1: patch replicasets', patched('nobody', [replicas(9)])],
      ]);
    },
  },
  {
    promise: 'an eviction meets its budget and its precondition in the same order',
    run: async (side) => {
      const [tight, doubled, pending] = [
        await podOf(side, 'leaky'),
        await podOf(side, 'doubled'),
        (await pods(side, 'stuck')).find(({ phase }) => phase === 'Pending') ?? { name: 'none', uid: NO_UID },
      ];
      return sent(side.admin, [
        [EVICT, evicts(tight.name, of(tight.uid))],
        [EVICT, evicts(tight.name, of(tight.uid), DRY)],
        [EVICT, evicts(tight.name, undefined, DRY)],
        [EVICT, evicts(tight.name, of(NO_UID), DRY)],
        [EVICT, evicts(doubled.name, of(doubled.uid))],
        [EVICT, evicts(doubled.name, of(doubled.uid), DRY)],
        [EVICT, evicts(doubled.name, of(NO_UID), DRY)],
        [EVICT, evicts(pending.name, of(NO_UID), DRY)],
        [EVICT, evicts(pending.name, of(pending.uid), DRY)],
        [EVICT, evicts(doubled.name, of(doubled.uid), { dryRun: 'Some' })],
      ]);
    },
  },
  {
    promise: 'lists are narrowed and read by page alike',
    run: async ({ admin }) => {
      const names = async (query: JsonObject) => {
        const input = { namespace: COMPARED, query };
        const { items } = List.parse(await admin.send({ service: 'v1', command: 'list pods', input }));
        return items.map(({ metadata }) => metadata.name);
      };
      const found = [];
      for (const labelSelector of ['app in (cart,ledger)', 'app!=cart', '!team', 'app', 'app=cart,app notin (x)'])
        found.push(await names({ labelSelector }));
      for (const fieldSelector of ['status.phase=Running', 'metadata.name=ledger-0', 'spec.nodeName=compared-1'])
        found.push(await names({ fieldSelector }));
      found.push(await names({ limit: 3 }));
      await sent(admin, [
        ['v1: list pods', { query: { labelSelector: 'app in cart' } }],
        ['v1: list pods', { query: { fieldSelector: 'spec.nothing=1' } }],
        ['v1: list pods', { query: { continue: 'nonsense' } }],
      ]);
      return found;
    },
  },
];

const Phases = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string() }),
      status: z.object({ phase: z.string() }),
    }),
  ),
});

const pods = async ({ admin }: Side, app: string) => {
  const input = { namespace: COMPARED, query: { labelSelector: `app=${app}` } };
  const { items } = Phases.parse(await admin.send({ service: 'v1', command: 'list pods', input }));
  return items.map(({ metadata, status }) => ({ ...metadata, phase: status.phase }));
};
