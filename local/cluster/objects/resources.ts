import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { textIn, valueAt } from './json.ts';

/** A kind of object, and where the API server has it. */
export interface Resource {
  /** Group and version: `v1`, `apps/v1`. */
  readonly service: string;
  /** In lower-case plural, as in RBAC. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const core = (resource: string, kind: string, namespaced = true): Resource => ({
  service: 'v1',
  resource,
  kind,
  namespaced,
});
const apps = (resource: string, kind: string): Resource => ({ service: 'apps/v1', resource, kind, namespaced: true });

/** The kinds from which something follows, or which tools read. */
export const RESOURCES = {
  pods: core('pods', 'Pod'),
  configMaps: core('configmaps', 'ConfigMap'),
  services: core('services', 'Service'),
  events: core('events', 'Event'),
  quotas: core('resourcequotas', 'ResourceQuota'),
  limitRanges: core('limitranges', 'LimitRange'),
  namespaces: core('namespaces', 'Namespace', false),
  nodes: core('nodes', 'Node', false),
  claims: core('persistentvolumeclaims', 'PersistentVolumeClaim'),
  storageClasses: {
    service: 'storage.k8s.io/v1',
    resource: 'storageclasses',
    kind: 'StorageClass',
    namespaced: false,
  },
  deployments: apps('deployments', 'Deployment'),
  replicaSets: apps('replicasets', 'ReplicaSet'),
  statefulSets: apps('statefulsets', 'StatefulSet'),
  daemonSets: apps('daemonsets', 'DaemonSet'),
  revisions: apps('controllerrevisions', 'ControllerRevision'),
  autoscalers: { ...apps('horizontalpodautoscalers', 'HorizontalPodAutoscaler'), service: 'autoscaling/v2' },
  cronJobs: { ...apps('cronjobs', 'CronJob'), service: 'batch/v1' },
  budgets: { ...apps('poddisruptionbudgets', 'PodDisruptionBudget'), service: 'policy/v1' },
} as const satisfies Readonly<Record<string, Resource>>;

const known: readonly Resource[] = Object.values(RESOURCES);

/** The resource of an object. Of a kind that is not simulated, e.g. a ScaledObject: in the plural, with a namespace. */
export const resourceOf = (object: JsonObject): Resource => {
  const service = textIn(object['apiVersion']) ?? '';
  const kind = textIn(object['kind']) ?? '';
  const found = known.find((one) => one.service === service && one.kind === kind);
  const namespaced = textIn(valueAt(object, 'metadata', 'namespace')) !== undefined;
  return found ?? { service, kind, resource: `${kind.toLowerCase()}s`, namespaced };
};

/** The simulated resource of this name. */
export const simulatedResource = (service: string, resource: string): Resource | undefined =>
  known.find((one) => one.service === service && one.resource === resource);

/** The resource as messages of the API server name it: `deployments.apps`, `pods`. */
export const qualified = (name: string, service: string): string => {
  const [group, version] = service.split('/');
  return version === undefined || group === undefined ? name : `${name}.${group}`;
};
