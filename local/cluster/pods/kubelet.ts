import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import { nameOf } from '../world/check.ts';
import { failsByConfig } from './config-probe.ts';
import { addPod, isYetToCome } from './create-pod.ts';
import { evictForDisk, isOutOfDisk } from './disk-full.ts';
import { isDown, losePod } from './node-down.ts';
import { isReady, type ContainerRun, type PodRun, type Run } from './pod-run.ts';
import { podStatus } from './pod-status.ts';
import { schedule } from './schedule.ts';
import { memoryLimit } from './usage.ts';

const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;
/** A container that ran so long starts again at once. */
const STABLE_MS = 600_000;

/** Lets every Pod go on to now: scheduled, pulled, started, ready, killed for its memory, restarted, gone. */
export const runPods = (state: ClusterState): void => {
  for (const pod of state.store.list(RESOURCES.pods)) {
    const run = state.runs.get(view.pod(pod).metadata.uid);
    if (run !== undefined) runPod(state, pod, run);
    else if (!isYetToCome(state, pod)) addPod(state, pod, nameOf(pod));
  }
};

const runPod = (state: ClusterState, pod: JsonObject, run: PodRun): void => {
  const { store, now } = state;
  if (isDown(state, run.node)) {
    losePod(state, pod, run);
    return;
  }
  if (run.goneAt !== undefined) {
    if (run.goneAt > now) return;
    store.delete(pod);
    state.runs.delete(view.pod(pod).metadata.uid);
    return;
  }
  if (run.node === undefined && !schedule(state, pod, run)) return;
  const scheduled = store.current(pod) ?? pod;
  if (isOutOfDisk(state, run)) {
    evictForDisk(state, scheduled);
    return;
  }
  const changes = run.containers.map((container) => runContainer(state, scheduled, container));
  if (scheduled === pod && !changes.includes(true)) return;
  run.readySince = isReady(run) ? (run.readySince ?? now) : undefined;
  store.set(scheduled, ['status'], podStatus(scheduled, run, now));
};

/** Whether anything changed. */
const runContainer = (state: ClusterState, pod: JsonObject, container: ContainerRun): boolean => {
  const { now } = state;
  const before = [container.waiting, container.runs.length, container.ready];
  if (container.waiting !== undefined && container.waiting.until <= now) start(state, pod, container);
  const run = container.runs.at(-1);
  if (container.waiting === undefined && run !== undefined) watch(state, pod, container, run);
  return before.some((one, n) => one !== [container.waiting, container.runs.length, container.ready][n]);
};

const start = (state: ClusterState, pod: JsonObject, container: ContainerRun): void => {
  const { now, usages, recorder } = state;
  const { image, name } = container.spec;
  const record = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recorder.record(pod, { type, reason, message, component: 'kubelet' }, now);
  if (usages.image(image).pull !== 'fails') {
    record('Normal', 'Pulled', `Container image "${image}" already present on machine`);
    record('Normal', 'Created', `Created container: ${name}`);
    record('Normal', 'Started', `Started container ${name}`);
    container.waiting = undefined;
    container.runs.push({ startedAt: now });
    return;
  }
  container.failures += 1;
  const pulled = `failed to pull and unpack image "${image}": ${image}: not found`;
  record('Normal', 'Pulling', `Pulling image "${image}"`);
  record('Warning', 'Failed', `Failed to pull image "${image}": ${pulled}`);
  if (container.failures > 1) record('Warning', 'Failed', 'Error: ImagePullBackOff');
  const backsOff = container.failures > 1;
  container.waiting = {
    reason: backsOff ? 'ImagePullBackOff' : 'ErrImagePull',
    message: backsOff ? `Back-off pulling image "${image}": ErrImagePull: ${pulled}` : pulled,
    until: now + backOff(container.failures),
  };
};

const watch = (state: ClusterState, pod: JsonObject, container: ContainerRun, run: Run): void => {
  const { now, usages } = state;
  const { exits, readyAfterSeconds } = usages.image(container.spec.image);
  if (usages.memoryNeeded(container, now) > memoryLimit(container.spec)) {
    end(state, pod, container, run, { at: now, exitCode: 137, reason: 'OOMKilled' });
    return;
  }
  if (exits !== undefined && now >= run.startedAt + exits.afterSeconds * 1000) {
    end(state, pod, container, run, {
      at: now,
      exitCode: exits.code,
      reason: exits.code === 0 ? 'Completed' : 'Error',
    });
    return;
  }
  const probe = container.spec.readinessProbe;
  const wait = Math.max(readyAfterSeconds === 'never' ? 0 : readyAfterSeconds, probe?.initialDelaySeconds ?? 0);
  const dueAt = run.startedAt + wait * 1000;
  const isDue = now >= dueAt;
  const fails = readyAfterSeconds === 'never' || failsByConfig(state, container, dueAt);
  container.ready = !fails && isDue;
  if (fails && isDue && now % 60_000 === 0) {
    const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
    state.recorder.record(pod, { type: 'Warning', reason: 'Unhealthy', message, component: 'kubelet' }, now);
  }
};

const end = (
  state: ClusterState,
  pod: JsonObject,
  container: ContainerRun,
  run: Run,
  ended: NonNullable<Run['ended']>,
): void => {
  run.ended = ended;
  container.ready = false;
  if (ended.at - run.startedAt >= STABLE_MS) container.failures = 0;
  container.failures += 1;
  // The first restart is immediate; each further one waits twice as long.
  const wait = container.failures === 1 ? 0 : backOff(container.failures - 1);
  const { name, namespace, uid } = view.pod(pod).metadata;
  const who = `${container.spec.name} in pod ${name}_${namespace}(${uid})`;
  const message = `back-off ${shownWait(wait)} restarting failed container=${who.replace(' in pod ', ' pod=')}`;
  container.waiting = { reason: 'CrashLoopBackOff', message, until: ended.at + wait };
  if (wait === 0) return;
  const backsOff = `Back-off restarting failed container ${who}`;
  state.recorder.record(pod, { type: 'Warning', reason: 'BackOff', message: backsOff, component: 'kubelet' }, ended.at);
};

const shownWait = (wait: number): string => {
  const seconds = wait / 1000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
};

const backOff = (failures: number): number => Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS);
