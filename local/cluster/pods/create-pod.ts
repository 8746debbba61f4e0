import { nanosOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { withDefaults } from '../objects/defaults.ts';
import { listIn, objectIn, textIn, timeText, valueAt, withValue } from '../objects/json.ts';
import { forbidden, type StatusRefusal } from '../objects/refusal.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view, type Pod } from '../objects/views.ts';
import { canonicalQuantity } from '../objects/canonical-quantity.ts';
import type { ClusterState } from '../state.ts';
import { podRun } from './pod-run.ts';
import { podStatus } from './pod-status.ts';
import { nodeFor } from './schedule.ts';

/** A Pod to be made from the template of its owner. */
export interface NewPod {
  readonly name: string;
  readonly owner: JsonObject;
  /** The workload, as world files name it. */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly node?: string | undefined;
  /** It has been running and ready since then. */
  readonly settledAt?: number | undefined;
}

/** Creates a Pod, or returns why the cluster refuses it: a quota or a limit range. */
export const createPod = (state: ClusterState, wanted: NewPod): StatusRefusal | undefined => {
  const { store, now } = state;
  const { name, namespace, uid } = view.any(wanted.owner).metadata;
  const { apiVersion = '', kind = '' } = wanted.owner;
  const template = objectIn(valueAt(wanted.owner, 'spec', 'template'));
  const metadata = {
    name: wanted.name,
    namespace,
    ...objectIn(template['metadata']),
    labels: { ...objectIn(valueAt(template, 'metadata', 'labels')), ...wanted.labels },
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    ...(wanted.settledAt !== undefined && { creationTimestamp: timeText(wanted.settledAt) }),
  };
  const volumes = [...listIn(valueAt(template, 'spec', 'volumes')), ...claimedVolumes(wanted)];
  const spec = {
    ...objectIn(template['spec']),
    ...(volumes.length > 0 && { volumes }),
    ...(wanted.node !== undefined && { nodeName: wanted.node }),
  };
  const object = withLimits(state, withDefaults({ apiVersion: 'v1', kind: 'Pod', metadata, spec }));
  const refusal = quotaRefusal(state, view.pod(object));
  if (refusal !== undefined) return refusal;
  addPod(state, store.create(object, now), wanted.workload, wanted.settledAt);
  return undefined;
};

/** Whether a Pod of the world is made only later, by its own creation time. */
export const isYetToCome = ({ now }: ClusterState, pod: JsonObject): boolean =>
  Date.parse(view.pod(pod).metadata.creationTimestamp) > now;

/** The claims that a StatefulSet makes for each of its Pods, by their names. */
const claimedVolumes = ({ owner, name: pod }: NewPod): readonly JsonObject[] =>
  listIn(valueAt(owner, 'spec', 'volumeClaimTemplates')).map((template) => {
    const name = textIn(valueAt(template, 'metadata', 'name')) ?? '';
    return { name, persistentVolumeClaim: { claimName: `${name}-${pod}` } };
  });

/** Begins to run a Pod that is in the store. */
export const addPod = (state: ClusterState, pod: JsonObject, workload: string, settledAt?: number): void => {
  const { store, runs, now } = state;
  const { metadata, spec } = view.pod(pod);
  const node = settledAt === undefined ? undefined : nodeFor(state, view.pod(pod)).node;
  const run = podRun(workload, spec.containers, { now, node, settledAt: node === undefined ? undefined : settledAt });
  runs.set(metadata.uid, run);
  if (node === undefined) return;
  const placed = store.replace(pod, withValue(pod, ['spec', 'nodeName'], node));
  store.set(placed, ['status'], podStatus(placed, run, settledAt ?? now));
};

/** Begins to end a Pod. It is gone when its containers are, ten seconds later or after a shorter grace period. */
export const removePod = (state: ClusterState, pod: JsonObject): void => {
  const { store, runs, recorder, now } = state;
  const { metadata, spec } = view.pod(pod);
  const run = runs.get(metadata.uid);
  if (run === undefined || run.goneAt !== undefined) return;
  const grace = spec.terminationGracePeriodSeconds;
  run.goneAt = now + Math.min(grace, SHUTDOWN_SECONDS) * 1000;
  for (const { name } of spec.containers)
    recorder.record(
      pod,
      { type: 'Normal', reason: 'Killing', message: `Stopping container ${name}`, component: 'kubelet' },
      now,
    );
  const deletionTimestamp = timeText(now + grace * 1000);
  // The generation rises when a deletion begins, and with no other write of a Pod.
  const generation = metadata.generation + 1;
  const ending = { deletionTimestamp, deletionGracePeriodSeconds: grace, generation };
  store.replace(pod, { ...pod, metadata: { ...objectIn(pod['metadata']), ...ending } });
};

const SHUTDOWN_SECONDS = 10;

/** With the defaults of the LimitRanges, and the annotation that says which were set. */
const withLimits = (state: ClusterState, pod: JsonObject): JsonObject => {
  const { namespace } = view.pod(pod).metadata;
  const defaults = state.store
    .list(RESOURCES.limitRanges, namespace)
    .flatMap((one) => view.limitRange(one).spec.limits.filter(({ type }) => type === 'Container'));
  const said: string[] = [];
  const limited = (list: string, what: string): JsonObject => {
    const containers = valueAt(pod, 'spec', list);
    if (containers === undefined) return {};
    const changed = listIn(containers).map((container) => {
      const before = objectIn(objectIn(container)['resources']);
      const after = defaults.reduce<JsonObject>((resources, { default: limits, defaultRequest }) => {
        const full = { ...limits, ...objectIn(resources['limits']) };
        const asked = { ...defaultRequest, ...objectIn(resources['requests']) };
        return { ...resources, limits: full, requests: asked };
      }, before);
      const name = textIn(objectIn(container)['name']) ?? '';
      for (const [field, word] of [
        ['requests', 'request'],
        ['limits', 'limit'],
      ] as const) {
        const set = Object.keys(objectIn(after[field])).filter((key) => !(key in objectIn(before[field])));
        if (set.length > 0) said.push(`${set.toSorted().join(', ')} ${word} for ${what} ${name}`);
      }
      return { ...objectIn(container), resources: after };
    });
    return { [list]: changed };
  };
  const lists = { ...limited('containers', 'container'), ...limited('initContainers', 'init container') };
  const object = { ...pod, spec: { ...objectIn(pod['spec']), ...lists } };
  if (said.length === 0) return object;
  const annotations = objectIn(valueAt(pod, 'metadata', 'annotations'));
  const says = { ...annotations, 'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${said.join('; ')}` };
  return withValue(object, ['metadata', 'annotations'], says);
};

const MEASURED: Readonly<Record<string, readonly ['requests' | 'limits', 'cpu' | 'memory']>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
};

/** How much of a quota's resource Pods use, in billionths. Of what is not counted here: nothing. */
export const usedOf = (name: string, pods: readonly Pod[]): bigint => {
  if (name === 'pods') return BigInt(pods.length) * 1_000_000_000n;
  const [which, resource] = MEASURED[name] ?? [];
  if (which === undefined || resource === undefined) return 0n;
  const amounts = pods.flatMap(({ spec }) => spec.containers.map(({ resources }) => resources[which][resource] ?? '0'));
  return amounts.reduce((sum, text) => sum + nanosOf(text), 0n);
};

/** A number of billionths as a quantity, in powers of 1024 if the limit is. */
export const shownNanos = (nanos: bigint, limit: string): string => {
  const kibi = 1024n * 1_000_000_000n;
  return canonicalQuantity(limit.endsWith('i') && nanos % kibi === 0n ? `${nanos / kibi}Ki` : `${nanos}n`);
};

/** What a quota counts and containers do not say, as `limits.memory for: web`. */
const unsaid = ({ spec }: Pod, counted: readonly string[]): string =>
  counted
    .toSorted()
    .flatMap((of) => {
      const [which, resource] = MEASURED[of] ?? [];
      if (which === undefined || resource === undefined) return [];
      const names = spec.containers.flatMap(({ name, resources }) => (resources[which][resource] ? [] : [name]));
      return names.length === 0 ? [] : [`${of} for: ${names.join(',')}`];
    })
    .join('; ');

const quotaRefusal = (state: ClusterState, pod: Pod): StatusRefusal | undefined => {
  const { namespace, name } = pod.metadata;
  const pods = state.store.list(RESOURCES.pods, namespace).map(view.pod);
  for (const quota of state.store.list(RESOURCES.quotas, namespace).map(view.quota)) {
    const missing = unsaid(pod, Object.keys(quota.spec.hard));
    if (missing !== '')
      return forbidden({ resource: 'pods', name }, `failed quota: ${quota.metadata.name}: must specify ${missing}`);
    const over = Object.entries(quota.spec.hard).filter(
      ([of, hard]) => usedOf(of, [pod]) > 0n && usedOf(of, [...pods, pod]) > nanosOf(hard),
    );
    if (over.length === 0) continue;
    const list = (value: (of: string, hard: string) => string) =>
      over.map(([of, hard]) => `${of}=${value(of, hard)}`).join(',');
    const asked = list((of, hard) => shownNanos(usedOf(of, [pod]), hard));
    const used = list((of, hard) => shownNanos(usedOf(of, pods), hard));
    const says = `exceeded quota: ${quota.metadata.name}, requested: ${asked}, used: ${used}, limited: ${list((_, hard) => hard)}`;
    return forbidden({ resource: 'pods', name }, says);
  }
  return undefined;
};
