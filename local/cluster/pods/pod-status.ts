import { millicoresOf, wholeOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { sha256 } from '../../../lambdas/kernel/trace/canonical.ts';
import { isSame, listIn, objectIn, textIn, timeText } from '../objects/json.ts';
import { view, type Container, type Pod } from '../objects/views.ts';
import { restartsOf, type ContainerRun, type PodRun, type Run } from './pod-run.ts';

/** The status of a Pod as its kubelet reports it. */
export const podStatus = (object: JsonObject, run: PodRun, now: number): JsonObject => {
  const pod = view.pod(object);
  const before = listIn(objectIn(object['status'])['conditions']);
  const ready = run.containers.every((one) => one.ready);
  const notReady = run.containers.flatMap(({ spec, ready: is }) => (is ? [] : [spec.name])).join(' ');
  const unready = { reason: 'ContainersNotReady', message: `containers with unready status: [${notReady}]` };
  const condition = (type: string, holds: boolean, why: JsonObject): Json => conditionOf(before, type, holds, why, now);
  const scheduled = run.node !== undefined;
  const conditions = scheduled
    ? [
        condition('Initialized', true, {}),
        condition('Ready', ready, unready),
        condition('ContainersReady', ready, unready),
        condition('PodScheduled', true, {}),
      ]
    : [...before];
  if (!scheduled) return { phase: 'Pending', conditions, qosClass: qosClass(pod) };
  const running = run.containers.some(({ runs }) => runs.length > 0);
  return {
    phase: running ? 'Running' : 'Pending',
    conditions,
    hostIP: ipOf('10.0', run.node ?? ''),
    podIP: ipOf('10.1', pod.metadata.uid),
    startTime: pod.metadata.creationTimestamp,
    qosClass: qosClass(pod),
    containerStatuses: run.containers.map((one) => containerStatus(one, pod, now)),
  };
};

/** A condition; the time of its last change stays until its value changes. */
export const conditionOf = (
  before: readonly Json[],
  type: string,
  holds: boolean,
  why: JsonObject,
  now: number,
): JsonObject => {
  const status = holds ? 'True' : 'False';
  const old = objectIn(before.find((one) => objectIn(one)['type'] === type));
  const same = isSame(old['status'], status);
  const since = same ? (textIn(old['lastTransitionTime']) ?? timeText(now)) : timeText(now);
  return { type, status, lastProbeTime: null, lastTransitionTime: since, ...(holds ? {} : why) };
};

const containerStatus = (one: ContainerRun, { metadata }: Pod, now: number): JsonObject => {
  const id = (run: Run): string => `containerd://${sha256(`${metadata.uid}/${one.spec.name}/${run.startedAt}`)}`;
  const last = one.runs.at(-1);
  const over = one.waiting === undefined ? one.runs.at(-2) : last;
  const state: JsonObject =
    one.waiting === undefined && last !== undefined
      ? { running: { startedAt: timeText(last.startedAt) } }
      : { waiting: waitingState(one) };
  return {
    name: one.spec.name,
    image: one.spec.image,
    imageID: last === undefined ? '' : `${one.spec.image.split(':')[0] ?? ''}@sha256:${sha256(one.spec.image)}`,
    ready: one.ready,
    started: one.waiting === undefined && last !== undefined && last.startedAt <= now,
    restartCount: restartsOf(one),
    ...(last !== undefined && { containerID: id(last) }),
    state,
    lastState: over?.ended === undefined ? {} : { terminated: terminated(over, id(over)) },
  };
};

const waitingState = ({ waiting }: ContainerRun): JsonObject => ({
  reason: waiting?.reason ?? 'ContainerCreating',
  ...(waiting?.message !== undefined && { message: waiting.message }),
});

const terminated = ({ startedAt, ended }: Run, containerID: string): JsonObject => ({
  exitCode: ended?.exitCode ?? 0,
  reason: ended?.reason ?? 'Completed',
  startedAt: timeText(startedAt),
  finishedAt: timeText(ended?.at ?? startedAt),
  containerID,
});

const ipOf = (network: string, seed: string): string => {
  const bytes = Buffer.from(sha256(seed), 'hex');
  return `${network}.${bytes[0] ?? 0}.${bytes[1] ?? 1}`;
};

/** Guaranteed, Burstable or BestEffort. */
const qosClass = ({ spec: { containers } }: Pod): string => {
  const none = ({ resources: { requests, limits } }: Container) =>
    [requests, limits].every((one) => one['cpu'] === undefined && one['memory'] === undefined);
  if (containers.every(none)) return 'BestEffort';
  const fixed = ({ resources: { requests, limits } }: Container) =>
    ['cpu', 'memory'].every((name) => {
      const limit = limits[name];
      const count = name === 'cpu' ? millicoresOf : wholeOf;
      return limit !== undefined && count(requests[name] ?? limit) === count(limit);
    });
  return containers.every(fixed) ? 'Guaranteed' : 'Burstable';
};
