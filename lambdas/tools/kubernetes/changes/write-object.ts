import type { Json, JsonObject } from '../../../contracts/json.ts';
import { CloudError, ToolRefusal } from '../../../contracts/errors.ts';
import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import type { Target } from '../../../contracts/plan.ts';
import type { ChangeContext } from '../../tool.ts';
import { asRead, patchObject, readObject } from './object.ts';
import type { AnyObject, ObjectKind, ObjectPlace, PatchOperation } from './object.ts';

/** How a tool writes fields of an object. All of it is pure. */
export interface ObjectWrite<T extends AnyObject, Fields> {
  /** The fields that it changes, as an object has them. */
  readonly fields: (object: T) => Fields;
  /** The operations that write the fields. The harness adds tests that the object is still the one that was read. */
  readonly operations: (object: T, to: Fields) => readonly PatchOperation[];
}

/** The same, where the server can tell who owns the fields. */
export interface ObjectEdit<T extends AnyObject, Fields> extends ObjectWrite<T, Fields> {
  /** The same fields as a part of the object, for the server-side apply that finds their owners. */
  readonly intent: (to: Fields) => JsonObject;
  /** Managers that make such objects, and never write these fields again. */
  readonly makers?: readonly string[];
}

/** One object, and what is to become of it. `before` and `after` may hold more than the fields that are written. */
export interface ObjectChange<T extends AnyObject, Fields> {
  readonly kind: ObjectKind<T>;
  readonly place: ObjectPlace;
  readonly target: Target;
  readonly before: Fields;
  readonly after: Fields;
}

/** How often a write is tried again that somebody else's write, of a status for example, came before. */
const TRIES = 5;

/**
 * Writes the fields and releases them. What is already done is skipped, so an attempt that died anywhere can be made again.
 * Returns the object afterwards.
 */
export const writeObject = async <T extends AnyObject, Fields extends JsonObject>(
  change: ObjectChange<T, Fields>,
  context: ChangeContext,
  edit: ObjectWrite<T, Fields>,
): Promise<T> => {
  await write(change, context, (object) => {
    const found = edit.fields(object);
    if (isPart(found, change.after)) return [];
    if (isPart(found, change.before) && context.continues === true)
      throw new ToolRefusal(
        `Somebody else wrote the former values of ${change.target.id} again after the change was written. It is not written a second time.`,
      );
    if (isPart(found, change.before)) return edit.operations(object, change.after);
    throw new ToolRefusal(
      context.continues === true
        ? `Somebody else changed ${change.target.id} after the change was written: it is ${JSON.stringify(found)}. It is not written over.`
        : `Somebody else changed ${change.target.id} right before the write: it is ${JSON.stringify(found)}. Nothing was written.`,
    );
  });
  return write(change, context, releases);
};

/** Sends the operations that an object needs, if any, for as long as it is the one that was read. Returns it afterwards. */
const write = async <T extends AnyObject>(
  { kind, place, target }: Pick<ObjectChange<T, unknown>, 'kind' | 'place' | 'target'>,
  { cloud, change }: ChangeContext,
  operations: (object: T) => readonly PatchOperation[],
): Promise<T> => {
  let refused: { readonly version: string; readonly error: CloudError } | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const object = await readObject(cloud, kind, place);
    const { uid, resourceVersion } = object.metadata;
    if (!('uid' in target) || uid !== target.uid)
      throw new ToolRefusal(
        `${target.id} was deleted and created again since the plan was made. Nothing was written to the new one.`,
      );
    // Refused although nobody has written it meanwhile: so not for its version.
    if (refused?.version === resourceVersion) throw refused.error;
    const needed = operations(object);
    if (needed.length === 0) return object;
    try {
      return await patchObject(change, kind, place, [...asRead(object), ...needed], 'real');
    } catch (error) {
      if (!(error instanceof CloudError) || !['Conflict', 'Invalid'].includes(error.code)) throw error;
      refused = { version: resourceVersion, error };
    }
  }
  throw refused?.error ?? new ToolRefusal(`${target.id} was not written.`);
};

/** Whether Checkrein is a manager of fields of an object: a write that has not been released yet. */
export const checkreinManages = ({ metadata }: AnyObject): boolean =>
  metadata.managedFields.some(({ manager }) => manager === FIELD_MANAGER);

/** Takes our entry out of the managed fields, so that the next apply of their owner meets no conflict with us. */
const releases = ({ metadata: { managedFields } }: AnyObject): readonly PatchOperation[] =>
  managedFields
    .flatMap(({ manager }, index) => (manager === FIELD_MANAGER ? [index] : []))
    // From the last to the first: each removal moves those behind it.
    .toReversed()
    .flatMap((index): PatchOperation[] => [
      { op: 'test', path: `/metadata/managedFields/${index}/manager`, value: FIELD_MANAGER },
      { op: 'remove', path: `/metadata/managedFields/${index}` },
    ]);

/** The part of a tool's state that it changes, without what follows once that is `done`. */
export const stateWithout = (state: JsonObject, done: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !Object.hasOwn(done, name)));

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
