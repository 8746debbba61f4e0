import { CloudError } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { targetOfObject } from '../kubernetes/changes/target.ts';
import { changeTool, type HealthCheck, type InProgress } from '../tool.ts';
import { isKnown, readMaker, workloadBehind } from './controller.ts';
import { evictionCheck, evictPod } from './eviction.ts';
import { disruptionOf, impactOf, templateChecks } from './impact.ts';
import { manifest } from './manifest.ts';
import {
  controllerOf,
  graceOf,
  isDeleting,
  readPod,
  type ControllerRef,
  type PodPlace,
  type RestartedPod,
} from './pod.ts';
import { podToRestart } from './pod-to-restart.ts';
import { readReplacement } from './replacement.ts';
import { assertRestartable, State, stateOf } from './state.ts';

/** How often the old pod and the new one are looked at, in seconds. */
const POLL_SECONDS = 15;

/** The labels by which controllers know which template a pod is of. */
const TEMPLATE_LABELS = ['pod-template-hash', 'controller-revision-hash'] as const;

export const tool = changeTool(manifest, State, {
  async describe(place, { cloud }) {
    const { cluster, namespace, name } = place;
    const pod = await readPod(cloud, place);
    const object = { cluster, namespace, kind: manifest.targetKind, resource: 'pods', name };
    const owners = pod === undefined ? [] : await ownersOf(cloud, place, controllerOf(pod.metadata));
    const target = await targetOfObject(cloud, object, pod?.metadata ?? { labels: {}, annotations: {} }, owners);
    return { target, state: stateOf(pod) };
  },

  async configuration(place, { cloud }) {
    const pod = await readPod(cloud, place);
    if (pod === undefined) return {};
    const { metadata, spec } = pod;
    const controller = controllerOf(metadata);
    const template = TEMPLATE_LABELS.flatMap((label) => metadata.labels[label] ?? []);
    return {
      owner: controller === null ? null : `${controller.kind} ${controller.name}`,
      node: spec.nodeName ?? null,
      template: template[0] ?? null,
    };
  },

  predict(place, before) {
    assertRestartable(place, before);
    return { ...before, gone: true };
  },

  // The new pod has the settings of the old one.
  shown: () => ({ before: {}, after: {} }),

  async facts({ input: place }, { cloud }) {
    const { pod, maker } = await podToRestart(cloud, place);
    return impactOf(pod, maker, await workloadBehind(cloud, place, maker));
  },

  async losses({ input: place }, { cloud }) {
    const pod = await readPod(cloud, place);
    const lost = (pod?.spec.volumes ?? []).filter(({ emptyDir, ephemeral }) => isThere(emptyDir) || isThere(ephemeral));
    if (lost.length === 0) return [];
    const names = lost.map(({ name, emptyDir }) => `${name} (${isThere(emptyDir) ? 'emptyDir' : 'ephemeral'})`);
    return [`What is in these volumes of ${place.name} is lost: ${names.join(', ')}. Persistent claims stay.`];
  },

  async dryRun({ input: place }, { cloud, change }) {
    const { pod, maker } = await podToRestart(cloud, place);
    const impact = impactOf(pod, maker, await workloadBehind(cloud, place, maker));
    return {
      checks: [...templateChecks(pod, maker), await evictionCheck({ cloud, change }, place, pod)],
      cost: { deltaCentsPerMonth: 0, says: 'a restart costs nothing' },
      disruption: disruptionOf(place, pod, impact),
    };
  },

  async apply({ input: place, target, before }, { cloud, change }): Promise<InProgress | undefined> {
    const isTarget = (pod: RestartedPod | undefined): pod is RestartedPod =>
      pod !== undefined && 'uid' in target && pod.metadata.uid === target.uid;
    const pod = await readPod(cloud, place);
    if (isTarget(pod)) {
      // An attempt that died may have evicted it already. Its UID keeps any attempt off the pod that comes after it.
      if (!isDeleting(pod)) await evictPod({ cloud, change }, place, pod);
      const says = `${place.name} is stopping, for which it has ${graceOf(pod)} s.`;
      return { seconds: POLL_SECONDS, says };
    }
    if (before.controller === null) return undefined;
    const { state, says } = await readReplacement(cloud, place, before.controller);
    if (state === 'failing') throw new CloudError('NewPodFails', says);
    return state === 'starting' ? { seconds: POLL_SECONDS, says } : undefined;
  },

  /** Evicted, whatever becomes of the new pod. */
  isHalfWay: ({ before }, now) => now.deleting || isGone(before, now),

  postCondition({ input: { name }, before }, now) {
    const gone = isGone(before, now);
    const also = gone && !now.gone ? ', and another one has its name' : '';
    const detail = gone
      ? `The old pod ${name} is gone${also}`
      : `${name} is ${now.deleting ? 'still stopping' : 'there'}`;
    return { holds: gone, detail };
  },

  async guards({ input: place, before }, { cloud }): Promise<readonly HealthCheck[]> {
    if (before.controller === null) return [];
    const { state, says } = await readReplacement(cloud, place, before.controller);
    const outcomes = {
      ready: 'good',
      'not needed': 'good',
      starting: 'unknown',
      'not known': 'unknown',
      failing: 'bad',
    } as const;
    return [{ name: 'new pod', outcome: outcomes[state], detail: says }];
  },

  inverse: () => ({
    reversible: false,
    says: 'The pod is made anew by its controller; the old one, with what it held in memory and emptyDir, is gone.',
  }),
});

/** What makes a pod, and the workload behind: marks are set there, and pods have only the labels of the template. */
const ownersOf = async (cloud: Cloud, place: PodPlace, ref: ControllerRef | null) => {
  const maker = ref !== null && isKnown(ref) ? await readMaker(cloud, place, ref) : undefined;
  return maker === undefined ? [] : [maker.metadata, (await workloadBehind(cloud, place, maker)).metadata];
};

const isThere = (field: unknown): boolean => field !== undefined && field !== null;

const isGone = (before: State, now: State): boolean => now.gone || now.uid !== before.uid;
