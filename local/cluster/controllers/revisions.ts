import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { canonical } from '../../../lambdas/kernel/trace/canonical.ts';
import { isSame, objectIn, withValue } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import { nameSuffix, ownedBy, ownerReference, templateOf } from './owned.ts';

/** Annotation in which a Deployment and its ReplicaSets have their revision. */
export const REVISION = 'deployment.kubernetes.io/revision';
/** Annotation in which a ReplicaSet has the revisions that it was before. */
const HISTORY = 'deployment.kubernetes.io/revision-history';
/** Annotations that stay where they are, as in Kubernetes. */
const OWN: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** The revision of a ReplicaSet. */
export const revisionOf = (set: JsonObject): number => Number(view.any(set).metadata.annotations[REVISION] ?? 0);

const templateHash = (template: JsonObject): string => nameSuffix(canonical(template), 10);

/** The ReplicaSet of a Deployment's template, which is made if need be. It has the highest revision. */
export const newestSet = (state: ClusterState, deployment: JsonObject, sets: readonly JsonObject[]): JsonObject => {
  const template = templateOf(deployment);
  const highest = Math.max(0, ...sets.map(revisionOf));
  const found = sets.find((set) => isSame(templateOf(set), template));
  const kept = Object.entries(view.any(deployment).metadata.annotations).filter(([key]) => !OWN.has(key));
  const annotate = (revision: number) => ({ ...Object.fromEntries(kept), [REVISION]: String(revision) });
  if (found !== undefined) {
    if (revisionOf(found) === highest) return found;
    const before = view.any(found).metadata.annotations;
    const history = [before[HISTORY], before[REVISION]].filter((one) => one !== undefined).join(',');
    const again = { ...before, ...annotate(highest + 1), [HISTORY]: history };
    return state.store.replace(found, withValue(found, ['metadata', 'annotations'], again));
  }
  return state.store.create(newSet(deployment, template, annotate(highest + 1)), state.now);
};

const newSet = (deployment: JsonObject, template: JsonObject, annotations: JsonObject): JsonObject => {
  const { metadata, spec } = view.workload(deployment);
  const hash = templateHash(template);
  const labels = { ...objectIn(objectIn(template['metadata'])['labels']), 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      annotations,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { ...spec.selector.matchLabels, 'pod-template-hash': hash } },
      template: { ...template, metadata: { ...objectIn(template['metadata']), labels } },
    },
  };
};

/** The ControllerRevision of a StatefulSet's or DaemonSet's template, which is made if need be. Returns its name. */
export const controllerRevision = (state: ClusterState, workload: JsonObject): string => {
  const data = { spec: { template: { ...templateOf(workload), $patch: 'replace' } } };
  const all = ownedBy(state, workload, RESOURCES.revisions);
  const number = (one: JsonObject): number => (typeof one['revision'] === 'number' ? one['revision'] : 0);
  const highest = Math.max(0, ...all.map(number));
  const found = all.find((one) => isSame(one['data'], data));
  const { name, namespace } = view.any(workload).metadata;
  const revisionName = `${name}-${templateHash(data)}`;
  if (found !== undefined) {
    if (number(found) !== highest) state.store.replace(found, { ...found, revision: highest + 1 });
    return view.any(found).metadata.name;
  }
  const labels = view.workload(workload).spec.template.metadata.labels;
  const metadata = { name: revisionName, namespace, labels, ownerReferences: [ownerReference(workload)] };
  const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata, data, revision: highest + 1 };
  state.store.create(revision, state.now);
  return revisionName;
};
