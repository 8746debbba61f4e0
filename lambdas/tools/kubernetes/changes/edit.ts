import type { Json, JsonObject } from '../../../contracts/json.ts';
import { CloudError, ToolRefusal } from '../../../contracts/errors.ts';
import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import type { Target } from '../../../contracts/plan.ts';
import type { Change, ChangeContext, InProgress } from '../../tool.ts';
import { readWorkload, type Workload } from '../workload.ts';
import { asRead, patchWorkload, type PatchOperation, type WorkloadPlace } from './patch.ts';
import { rolloutProgress, type Progress } from './progress.ts';

/** How a tool writes fields of a workload. All of it is pure. */
export interface WorkloadWrite<Fields> {
  /** The fields that it changes, as a workload has them. */
  readonly fields: (workload: Workload) => Fields;
  /** The operations that write the fields. The harness adds tests that the workload is still the one that was read. */
  readonly operations: (workload: Workload, to: Fields) => readonly PatchOperation[];
}

/** The same, where the server can tell who owns the fields. */
export interface WorkloadEdit<Fields> extends WorkloadWrite<Fields> {
  /** The same fields as a part of the object, for the server-side apply that finds their owners. */
  readonly intent: (to: Fields) => JsonObject;
}

/** A change of a workload, whatever its tool. */
export type WorkloadChange<Fields> = Change<WorkloadPlace, Fields & Progress>;

/** How often a write is tried again that somebody else's write, of a status for example, came before. */
const TRIES = 5;

/**
 * Writes the fields, releases them, and says what is still waited for. What is already done is skipped, so an attempt that
 * died anywhere can be made again.
 */
export const changeWorkload = async <Fields extends JsonObject>(
  { input: place, target, before, after }: WorkloadChange<Fields>,
  context: ChangeContext,
  edit: WorkloadWrite<Fields>,
): Promise<InProgress | undefined> => {
  await write(place, target, context, (workload) => {
    const found = edit.fields(workload);
    if (isPart(found, after)) return [];
    if (isPart(found, before) && context.continues === true)
      throw new ToolRefusal(
        `Somebody else wrote the former values of ${target.id} again after the change was written. It is not written a second time.`,
      );
    if (isPart(found, before)) return edit.operations(workload, after);
    throw new ToolRefusal(
      context.continues === true
        ? `Somebody else changed ${target.id} after the change was written: it is ${JSON.stringify(found)}. It is not written over.`
        : `Somebody else changed ${target.id} right before the write: it is ${JSON.stringify(found)}. Nothing was written.`,
    );
  });
  const released = await write(place, target, context, releases);
  // Back to what had not been rolled out before either: nothing would come of waiting for it.
  if (!after.rolledOut) return undefined;
  return rolloutProgress(place.kind, released, before);
};

/** Sends the operations that a workload needs, if any, for as long as it is the one that was read. Returns it afterwards. */
const write = async (
  place: WorkloadPlace,
  target: Target,
  { cloud, change }: ChangeContext,
  operations: (workload: Workload) => readonly PatchOperation[],
): Promise<Workload> => {
  let refused: { readonly version: string; readonly error: CloudError } | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const workload = await readWorkload(cloud, place.kind, place);
    const { uid, resourceVersion } = workload.metadata;
    if (!('uid' in target) || uid !== target.uid)
      throw new ToolRefusal(
        `${target.id} was deleted and created again since the plan was made. Nothing was written to the new one.`,
      );
    // Refused although nobody has written it meanwhile: so not for its version.
    if (refused?.version === resourceVersion) throw refused.error;
    const needed = operations(workload);
    if (needed.length === 0) return workload;
    try {
      return await patchWorkload(change, place, [...asRead(workload), ...needed], 'real');
    } catch (error) {
      if (!(error instanceof CloudError) || !['Conflict', 'Invalid'].includes(error.code)) throw error;
      refused = { version: resourceVersion, error };
    }
  }
  throw refused?.error ?? new ToolRefusal(`${target.id} was not written.`);
};

/** Takes our entry out of the managed fields, so that the next apply of their owner meets no conflict with us. */
const releases = ({ metadata: { managedFields } }: Workload): readonly PatchOperation[] =>
  managedFields
    .flatMap(({ manager }, index) => (manager === FIELD_MANAGER ? [index] : []))
    // From the last to the first: each removal moves those behind it.
    .toReversed()
    .flatMap((index): PatchOperation[] => [
      { op: 'test', path: `/metadata/managedFields/${index}/manager`, value: FIELD_MANAGER },
      { op: 'remove', path: `/metadata/managedFields/${index}` },
    ]);

/** Whether a state has all these fields with these values. */
export const isPart = (fields: JsonObject, state: JsonObject): boolean =>
  Object.entries(fields).every(([name, value]) => isSame(value, state[name]));

/** By value. The fields of two objects may come in another order. */
const isSame = (one: Json, other: Json | undefined): boolean => {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other;
  if (Array.isArray(one) || Array.isArray(other)) return JSON.stringify(one) === JSON.stringify(other);
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSame(one[name] ?? null, other[name] ?? null));
};
