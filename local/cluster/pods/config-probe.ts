import { textIn, valueAt } from '../objects/json.ts';
import { objectNamed } from '../other-writers.ts';
import type { ClusterState } from '../state.ts';
import type { ContainerRun } from './pod-run.ts';

/** How often a program looks at the files of a volume, and the kubelet renews them. */
const LOOK_MS = 60_000;
const TICK_MS = 5000;

/** Whether the readiness probe of a container fails for what a ConfigMap says. Between two looks, it stays as it was. */
export const failsByConfig = (state: ClusterState, container: ContainerRun, dueAt: number): boolean => {
  const { unreadyWhile } = state.usages.image(container.spec.image);
  if (unreadyWhile === undefined) return false;
  const isFirst = state.now < dueAt + TICK_MS;
  if (!isFirst && state.now % LOOK_MS !== 0) return !container.ready;
  const object = objectNamed(state, unreadyWhile.configMap);
  return object !== undefined && textIn(valueAt(object, 'data', unreadyWhile.key)) === unreadyWhile.value;
};
