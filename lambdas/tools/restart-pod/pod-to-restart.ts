import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { readMaker, type Maker } from './controller.ts';
import { assertOneBudget } from './eviction.ts';
import { controllerOf, readPod, type PodPlace, type RestartedPod } from './pod.ts';
import { assertRestartable, stateOf } from './state.ts';

/** The pod and what makes it again. Throws where a restart cannot work. */
export const podToRestart = async (cloud: Cloud, place: PodPlace): Promise<{ pod: RestartedPod; maker: Maker }> => {
  const pod = await readPod(cloud, place);
  assertRestartable(place, stateOf(pod));
  const controller = pod === undefined ? null : controllerOf(pod.metadata);
  if (pod === undefined || controller === null)
    throw new ToolRefusal(`${place.name} is gone. Look with list_pods for the pods that are there.`);
  const { phase, reason } = pod.status;
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new ToolRefusal(
      `${place.name} has ended (${[phase, reason].filter(Boolean).join(', ')}), so there is nothing to restart. Look with list_pods for the pod in its place.`,
    );
  const maker = await readMaker(cloud, place, controller);
  if (maker === undefined)
    throw new ToolRefusal(
      `The ${controller.kind} ${controller.name} of ${place.name} is not there any more, so nobody would make the pod again. Say so in your conclusion.`,
    );
  if (maker.wanted === 0)
    throw new ToolRefusal(
      `${place.name} would not come back: ${maker.says} wants no pods, and takes it away by itself. Look at the workload with get_workload.`,
    );
  await assertOneBudget(cloud, place, pod);
  return { pod, maker };
};
