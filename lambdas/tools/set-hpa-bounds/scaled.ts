import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { AUTOSCALERS, type Autoscaler } from '../kubernetes/autoscalers.ts';
import type { WorkloadPlace } from '../kubernetes/changes/edit.ts';
import { readObject } from '../kubernetes/changes/object.ts';
import type { Place } from '../kubernetes/call-cluster.ts';
import { KINDS, objectName } from '../kubernetes/input.ts';
import { rolloutOf } from '../kubernetes/rollout.ts';
import { readWorkload, type Workload } from '../kubernetes/workload.ts';

/** Kinds of workloads whose number of pods an autoscaler sets. */
const SCALABLE = ['deployments', 'statefulsets'] as const;

/** An autoscaler, and the workload whose pods it counts. */
export interface Scaled {
  readonly autoscaler: Autoscaler;
  readonly place: WorkloadPlace;
  readonly workload: Workload;
  /** How many pods the workload should have now. */
  readonly wanted: number;
  readonly ready: number;
}

/** Reads an autoscaler with its workload. Throws where it scales something else. */
export const readScaled = async (cloud: Cloud, input: Place & { readonly name: string }): Promise<Scaled> => {
  const { cluster, namespace } = input;
  const autoscaler = await readObject(cloud, AUTOSCALERS, input);
  const { kind, name } = autoscaler.spec.scaleTargetRef;
  const found = SCALABLE.find((one) => KINDS[one] === kind);
  if (found === undefined || !objectName.safeParse(name).success)
    throw new ToolRefusal(
      `${input.name} scales ${scaledText(kind, name)}, of which nothing here knows how many pods are in service. Only bounds of Deployments and StatefulSets are set; say in your conclusion which bounds would help.`,
    );
  const place = { cluster, namespace, kind: found, name };
  const workload = await readWorkload(cloud, found, place);
  return { autoscaler, place, workload, ...rolloutOf(found, workload) };
};

/** Whoever writes an autoscaler names what it is about. What is not like a name may be a sentence for the model, so it is not repeated. */
const scaledText = (kind: string, name: string): string =>
  /^[A-Za-z]{1,63}$/.test(kind) && objectName.safeParse(name).success
    ? `the ${kind} ${name}`
    : 'something whose name is not shown';

/** Throws where new bounds would not last, or would do nothing. */
export const assertBounded = ({ autoscaler: { metadata }, place, wanted }: Scaled): void => {
  const owner = metadata.ownerReferences.find(({ kind }) => kind === 'ScaledObject');
  if (owner !== undefined)
    throw new ToolRefusal(
      `KEDA makes ${metadata.name} from ${scaledText(owner.kind, owner.name)}, and would write the old bounds back. Say in your conclusion which minReplicaCount and maxReplicaCount that should have.`,
    );
  if (wanted === 0)
    throw new ToolRefusal(
      `${place.name} is scaled to 0 pods, and so its autoscaler ${metadata.name} does nothing, whatever its bounds. Somebody has stopped it: find out why.`,
    );
};
