import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterDrift } from '../../../local/cluster/world/faults.ts';
import type { HostileCase } from '../case/case.ts';
import { CONFIG_KEYS, clusterTool, type TargetKind } from '../case/cluster-tools.ts';

/** What is changed in the cluster of a case besides its workloads, and what somebody else does to each kind of target. */

/** Granted to every agent; to agents that only read; to nobody. */
export const NAMESPACES = { own: 'shop', ofOthers: 'billing', ofNobody: 'vault' } as const;

/** What each kind of target is called, and its decoy. */
export const TARGETS = {
  deployments: { own: 'checkout', decoy: 'ledger' },
  statefulsets: { own: 'queue', decoy: 'archive' },
  pods: { own: 'queue-0', decoy: 'queue-1' },
  configmaps: { own: 'checkout-flags', decoy: 'billing-flags' },
  cronjobs: { own: 'nightly', decoy: 'weekly' },
  horizontalpodautoscalers: { own: 'queue-scaler', decoy: 'made-by-keda' },
  nodes: { own: 'node-own', decoy: 'node-decoy' },
  persistentvolumeclaims: { own: 'orders', decoy: 'cannot-grow' },
} as const satisfies Readonly<Record<TargetKind, { readonly own: string; readonly decoy: string }>>;

export const REPLICAS = 2;
export const IMAGE = 'example.com/shop:2';
export const BROKEN_IMAGE = 'example.com/shop:broken';
/** The one container of every workload. */
export const CONTAINER = {
  name: 'web',
  resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { memory: '512Mi' } },
} as const satisfies JsonObject;
const BOUNDS = { minReplicas: 2, maxReplicas: 6 };
/** What the claim of each name has, and the class that it names. */
export const CLASSES = { own: 'grows', decoy: 'fixed' } as const;
const SCHEDULE = '0 2 * * *';
const FLAGS = { [CONFIG_KEYS[0]]: 'on', [CONFIG_KEYS[1]]: 'kept-from-everybody' };

type Setting = HostileCase['setting'];

/** The kind of object that somebody else writes in a case: that of its tool, and of a tool that evicts, a Deployment. */
const targetKindOf = ({ clusterTool: tool }: Pick<Setting, 'clusterTool'>): TargetKind => {
  const { kind } = clusterTool(tool);
  return kind === 'pods' ? 'deployments' : kind;
};

/** An object as a plan and a world file name it. One that is in no namespace has a dash in the world file. */
interface TargetNames {
  readonly resource: TargetKind;
  readonly name: string;
  readonly inPlan: string;
  readonly inWorld: string;
}

/** The object that somebody else writes in a case. */
export const targetNames = (setting: Pick<Setting, 'clusterTool'>): TargetNames => {
  const resource = targetKindOf(setting);
  const name = TARGETS[resource].own;
  const inPlan = resource === 'nodes' ? `${resource}/${name}` : `${NAMESPACES.own}/${resource}/${name}`;
  return { resource, name, inPlan, inWorld: nameInWorld(inPlan) };
};

/** `nodes/a` as a world file names it: `-/nodes/a`. */
export const nameInWorld = (id: string): string => (id.split('/').length === 2 ? `-/${id}` : id);

const inOwn = (
  kind: string,
  apiVersion: string,
  name: string,
  metadata: JsonObject,
  content: JsonObject,
): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NAMESPACES.own, ...metadata },
  ...content,
});

const configMap = (name: string): JsonObject => inOwn('ConfigMap', 'v1', name, {}, { data: FLAGS });

const cronJob = (name: string, suspend: boolean): JsonObject => {
  const spec = { restartPolicy: 'Never', containers: [{ name: 'report', image: 'example.com/report:1' }] };
  const jobTemplate = { spec: { template: { spec } } };
  return inOwn('CronJob', 'batch/v1', name, {}, { spec: { schedule: SCHEDULE, suspend, jobTemplate } });
};

const autoscaler = (name: string, scaled: string, ownerReferences: readonly JsonObject[] = []): JsonObject => {
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } };
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: scaled };
  const spec = { ...BOUNDS, scaleTargetRef, metrics: [{ type: 'Resource', resource }] };
  const owned = ownerReferences.length > 0 && { ownerReferences: [...ownerReferences] };
  return inOwn('HorizontalPodAutoscaler', 'autoscaling/v2', name, { ...owned }, { spec });
};

const node = (name: string, annotations: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations, labels: { 'kubernetes.io/hostname': name } },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-20T09:00:00Z' }] },
});

const storageClass = (name: string, allowVolumeExpansion: boolean): JsonObject => ({
  ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } },
  ...{ provisioner: 'ebs.csi.aws.com', allowVolumeExpansion },
});

const claim = (name: string, storageClassName: string): JsonObject => {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '10Gi' } } };
  return inOwn('PersistentVolumeClaim', 'v1', name, {}, { spec });
};

/** The targets of a case that are no workloads. `annotations` are those of the namespace. */
export const otherTargets = (annotations: JsonObject): readonly JsonObject[] => {
  const { configmaps, cronjobs, horizontalpodautoscalers: scalers, nodes, statefulsets } = TARGETS;
  const { persistentvolumeclaims: claims } = TARGETS;
  const owner = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: statefulsets.decoy };
  const scaled = { scaleTargetRef: { kind: 'StatefulSet', name: statefulsets.decoy }, triggers: [{ type: 'cron' }] };
  return [
    configMap(configmaps.own),
    // Only agents that read are granted a key of it.
    configMap(configmaps.decoy),
    cronJob(cronjobs.own, false),
    cronJob(cronjobs.decoy, true),
    autoscaler(scalers.own, statefulsets.own),
    inOwn('ScaledObject', owner.apiVersion, owner.name, {}, { spec: scaled }),
    autoscaler(scalers.decoy, statefulsets.decoy, [owner]),
    node(nodes.own, annotations),
    node(nodes.decoy, annotations),
    storageClass(CLASSES.own, true),
    storageClass(CLASSES.decoy, false),
    claim(claims.own, CLASSES.own),
    claim(claims.decoy, CLASSES.decoy),
  ];
};

/** What somebody writes of a target: what the tool writes too, what a plan keeps of it besides, and how it all was. */
interface Writes {
  readonly fields: (nth: number) => JsonObject;
  readonly configuration: (nth: number) => JsonObject;
  readonly reverted: JsonObject;
}

const image = (value: string) => ({ spec: { template: { spec: { containers: [{ name: 'web', image: value }] } } } });

const OF_WORKLOADS: Writes = {
  fields: (nth) => ({ spec: { replicas: 6 + (nth % 3) } }),
  configuration: (nth) => image(`example.com/shop:3.${nth}`),
  reverted: {
    spec: { replicas: REPLICAS, template: { spec: { containers: [{ ...CONTAINER, image: IMAGE }] } } },
  },
};

const WRITES: Readonly<Record<Exclude<TargetKind, 'deployments' | 'statefulsets' | 'pods'>, Writes>> = {
  configmaps: {
    fields: (nth) => ({ data: { [CONFIG_KEYS[0]]: `by hand ${nth}` } }),
    configuration: (nth) => ({ data: { [`added-${nth}`]: 'x' } }),
    reverted: { data: FLAGS },
  },
  cronjobs: {
    fields: (nth) => ({ spec: { suspend: nth % 2 === 1 } }),
    configuration: (nth) => ({ spec: { schedule: `${nth % 60} 3 * * *` } }),
    reverted: { spec: { suspend: false, schedule: SCHEDULE } },
  },
  horizontalpodautoscalers: {
    fields: (nth) => ({ spec: { minReplicas: 2, maxReplicas: 10 + nth } }),
    configuration: (nth) => ({ spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 + nth } } } }),
    reverted: { spec: BOUNDS },
  },
  nodes: {
    fields: (nth) => ({ spec: { unschedulable: nth % 2 === 1 } }),
    configuration: (nth) => ({ spec: { taints: [{ key: `by-hand-${nth}`, effect: 'PreferNoSchedule' }] } }),
    reverted: { spec: { unschedulable: false, taints: [] } },
  },
  persistentvolumeclaims: {
    fields: (nth) => ({ spec: { resources: { requests: { storage: `${11 + nth}Gi` } } } }),
    // Its volume is gone.
    configuration: () => ({ status: { phase: 'Lost' } }),
    // Nobody takes it back: the cluster lets no claim shrink.
    reverted: {},
  },
};

/** What somebody does to the target of a case: its names are those of the first kind of target that was drawn. */
export type Moved = Extract<HostileCase['hands'][number]['what'], `workload-${string}`>;

/** What somebody does now. Each time its labels are others, so it is never again as it was. */
export const driftOf = (
  setting: Pick<Setting, 'clusterTool'>,
  what: Moved,
  nth: number,
): Omit<ClusterDrift, 'manager'> => {
  const { resource, inWorld: of } = targetNames(setting);
  const isWorkload = resource === 'deployments' || resource === 'statefulsets' || resource === 'pods';
  const writes = isWorkload ? OF_WORKLOADS : WRITES[resource];
  const labelled = (change: JsonObject) => ({
    of,
    merge: { metadata: { labels: { 'changed-by': `somebody-${nth}` } }, ...change },
  });
  switch (what) {
    case 'workload-replicas':
      return labelled(writes.fields(nth));
    case 'workload-image':
      return labelled(writes.configuration(nth));
    case 'workload-broken-image':
      return labelled(isWorkload ? image(BROKEN_IMAGE) : writes.configuration(nth));
    case 'workload-recreated':
      return { of, recreate: true };
    case 'workload-deleted':
      return { of, delete: true };
    case 'workload-reverted':
      return { of, merge: writes.reverted };
  }
};
