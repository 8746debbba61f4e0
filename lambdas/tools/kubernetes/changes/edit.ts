import type { JsonObject } from '../../../contracts/json.ts';
import type { Change, ChangeContext, InProgress } from '../../tool.ts';
import { workloadKindOf, type Workload, type WorkloadKind } from '../workload.ts';
import type { ObjectPlace } from './object.ts';
import { rolloutProgress, type Progress } from './progress.ts';
import { writeObject, type ObjectEdit, type ObjectWrite } from './write-object.ts';

/** How a tool writes fields of a workload. */
export type WorkloadWrite<Fields> = ObjectWrite<Workload, Fields>;

/** The same, where the server can tell who owns the fields. */
export type WorkloadEdit<Fields> = ObjectEdit<Workload, Fields>;

/** Which workload is written. */
export interface WorkloadPlace extends ObjectPlace {
  readonly namespace: string;
  readonly kind: WorkloadKind;
}

/** A change of a workload, whatever its tool. */
export type WorkloadChange<Fields> = Change<WorkloadPlace, Fields & Progress>;

/** Writes the fields, releases them, and says what is still waited for. */
export const changeWorkload = async <Fields extends JsonObject>(
  { input: place, target, before, after }: WorkloadChange<Fields>,
  context: ChangeContext,
  edit: WorkloadWrite<Fields>,
): Promise<InProgress | undefined> => {
  const change = { kind: workloadKindOf(place.kind), place, target, before, after };
  const released = await writeObject(change, context, edit);
  // Back to what had not been rolled out before either: nothing would come of waiting for it.
  if (!after.rolledOut) return undefined;
  return rolloutProgress(place.kind, released, before);
};
