import * as z from 'zod';
import type { JsonObject } from '../../../contracts/json.ts';
import type { Target } from '../../../contracts/plan.ts';
import type { Metadata } from '../objects.ts';
import type { Change, ToolContext } from '../../tool.ts';
import { readObject, type AnyObject, type ObjectKind } from './object.ts';
import { targetOfObject, type NamedObject } from './target.ts';
import { checkreinManages, isPart, stateWithout } from './write-object.ts';

/** Part of the state of every change of an object that no rollout follows. */
export const Released = z.strictObject({
  /** Whether Checkrein is a manager of its fields: a write that has not been released yet. */
  checkreinManages: z.boolean(),
});
type Released = z.output<typeof Released>;

/** What every such change leads to. */
export const RELEASED = { checkreinManages: false } as const satisfies Released;

/** Which object, and what policies call it. */
type Described = Pick<NamedObject, 'cluster' | 'namespace' | 'name'> & { readonly targetKind: string };

/** Reads an object as the target of a change. `fields` reads those that the tool changes; marks of `owners` protect it too. */
export const describeObject = async <T extends AnyObject, Fields extends JsonObject>(
  kind: ObjectKind<T>,
  { targetKind, ...place }: Described,
  { cloud }: ToolContext,
  fields: (object: T) => Fields,
  owners: readonly Pick<Metadata, 'labels' | 'annotations'>[] = [],
): Promise<{ target: Target; state: Fields & Released }> => {
  const object = await readObject(cloud, kind, place);
  return {
    target: await targetOfObject(
      cloud,
      { ...place, kind: targetKind, resource: kind.resource },
      object.metadata,
      owners,
    ),
    state: { ...fields(object), checkreinManages: checkreinManages(object) },
  };
};

type AnyState = JsonObject & Released;
type AnyChange = Change<unknown, AnyState>;

/** The part of a tool's state that it changes. */
const fieldsIn = (state: AnyState): JsonObject => stateWithout(state, RELEASED);

/** The checks of a change that is done once its fields are written and released. */
export const writtenChecks = {
  /** What people read of it: its fields. */
  shown: ({ before, after }: AnyChange) => ({ before: fieldsIn(before), after: fieldsIn(after) }),

  /** A write that has not been released would stand in the way of the next apply of the owner. */
  isHalfWay: ({ after }: AnyChange, now: AnyState): boolean => now.checkreinManages && isPart(fieldsIn(after), now),

  postCondition: ({ target, after }: AnyChange, now: AnyState) => {
    const written = isPart(fieldsIn(after), now);
    const state = !written
      ? `is ${JSON.stringify(fieldsIn(now))}, expected ${JSON.stringify(fieldsIn(after))}`
      : now.checkreinManages
        ? 'is as planned, but Checkrein has not released its fields'
        : 'is as planned';
    return { holds: written && !now.checkreinManages, detail: `${target.id} ${state}` };
  },
} as const;
