import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { isKnown } from './controller.ts';
import { controllerOf, ControllerRef, isDeleting, type PodPlace, type RestartedPod } from './pod.ts';

/**
 * What has become of a pod. Restarts and readiness are not in it: those of a pod that crashes move by themselves. A
 * StatefulSet makes the new pod under the old name, so only the UID tells whether the old one is gone.
 */
export const State = z.strictObject({
  gone: z.boolean(),
  /** Somebody has begun to delete it. */
  deleting: z.boolean(),
  uid: z.string().nullable(),
  controller: ControllerRef.nullable(),
});
export type State = z.output<typeof State>;

/** The state of a pod, or of there being none. */
export const stateOf = (pod: RestartedPod | undefined): State =>
  pod === undefined
    ? { gone: true, deleting: false, uid: null, controller: null }
    : { gone: false, deleting: isDeleting(pod), uid: pod.metadata.uid, controller: controllerOf(pod.metadata) };

/** Throws where a restart makes no sense: nobody would make the pod again, or it would not be a restart. */
export const assertRestartable = ({ name, namespace }: PodPlace, { gone, deleting, controller }: State): void => {
  if (gone) throw new ToolRefusal(`There is no pod ${name} in ${namespace}. Look with list_pods for those that are.`);
  if (deleting)
    throw new ToolRefusal(
      `${name} is terminating already, so there is nothing to restart. Look with list_pods for the pod that its controller makes instead.`,
    );
  if (controller === null)
    throw new ToolRefusal(
      `${name} has no controller, so nobody would make it again: to evict it is to delete it. Say in your conclusion who should start it anew.`,
    );
  const { kind, name: owner, apiVersion } = controller;
  if (kind === 'Job')
    throw new ToolRefusal(
      `${name} runs the Job ${owner}, which counts an eviction as a failed run and may give up. Say in your conclusion what is wrong with the Job.`,
    );
  if (kind === 'Node')
    throw new ToolRefusal(
      `${name} is a static pod, which the kubelet of the node ${owner} runs from a file: evicted would be only what the API shows of it. Escalate to whoever runs the node.`,
    );
  if (!isKnown(controller))
    throw new ToolRefusal(
      `${name} is made by the ${kind} ${owner} (${apiVersion}). Whether that makes it again is not known, so only pods of a Deployment, ReplicaSet, StatefulSet or DaemonSet are restarted. Escalate to whoever runs ${owner}.`,
    );
};
