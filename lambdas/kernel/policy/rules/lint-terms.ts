import type { EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs';
import * as z from 'zod';

/** A value that Cedar compares; an entity is its name, as in `Checkrein::Role::"sre"`. */
export type Constant = string | number | boolean;

/** One question that policy could be asked, as far as it is known before anything happens. */
export interface Situation {
  /** What a path such as `context.tool` is, where that follows from the question. */
  valueOf(path: string): Constant | undefined;
  /** Between which numbers a path lies. */
  rangeOf(path: string): readonly [min: number, max: number];
  /** Whether `has`, `in` or `is` holds, where that follows from the question. */
  holds(operator: 'has' | 'in' | 'is', operand: unknown): boolean | undefined;
}

/** Both sides of an operator. */
export const Pair = z.object({ left: z.unknown(), right: z.unknown() });
const Access = z.object({ left: z.unknown(), attr: z.string() });
const Tag = z.object({ left: z.unknown(), right: z.object({ Value: z.string() }) });
const Entity = z.object({ type: z.string(), id: z.string() });
const Wrapped = z.object({ __entity: Entity });

/** Operator and operand of an expression in Cedar's JSON: one key, one value. */
export const operationOf = (expression: unknown): readonly [operator: string, operand: unknown] => {
  const entry = typeof expression === 'object' && expression !== null ? Object.entries(expression)[0] : undefined;
  return entry ?? ['', undefined];
};

/** `Checkrein::Agent::"triage"`, where a value is an entity. */
export const entityName = (value: unknown): string | undefined => {
  const entity = Wrapped.safeParse(value);
  if (!entity.success) return undefined;
  const { type, id } = entity.data.__entity;
  return `${type}::${JSON.stringify(id)}`;
};

/** The same from the head of a policy, where Cedar writes it both ways. */
export const asExpression = (entity: EntityUidJson): unknown => ({
  Value: '__entity' in entity ? entity : { __entity: entity },
});

/** `context.facts.cutPercent`, `principal`, `resource.tags.team`; null for what is no place but a computation. */
export const pathOf = (expression: unknown): string | null => {
  const [operator, operand] = operationOf(expression);
  if (operator === 'Var') return String(operand);
  const access = operator === '.' ? Access.safeParse(operand) : undefined;
  const tag = operator === 'getTag' ? Tag.safeParse(operand) : undefined;
  const within = access?.success ? access.data : tag?.success ? tag.data : undefined;
  const base = within === undefined ? null : pathOf(within.left);
  if (base === null) return null;
  return access?.success ? `${base}.${access.data.attr}` : tag?.success ? `${base}.tags.${tag.data.right.Value}` : null;
};

/** Every place that an expression reads, the longest way to it, once. */
export const pathsIn = (expression: unknown): string[] => {
  if (typeof expression !== 'object' || expression === null) return [];
  const path = pathOf(expression);
  const paths = path === null ? Object.values(expression).flatMap(pathsIn) : [path];
  return [...new Set(paths)];
};
