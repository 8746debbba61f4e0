import type { EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs';
import * as z from 'zod';

/** A value that Cedar compares; an entity by its name, as in `Checkrein::Role::"sre"`. */
export type Constant = string | number | boolean;

/** A policy request, as far as it is known before run time. */
export interface PartialRequest {
  /** The value of a path such as `context.tool`, if the request determines it. */
  valueOf(path: string): Constant | undefined;
  /** The range of the numbers that a path can have. */
  rangeOf(path: string): readonly [min: number, max: number];
  /** Whether `has`, `in` or `is` holds, if the request determines it. */
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

/** An entity of the head of a policy as an expression. Cedar writes it in two ways there. */
export const asExpression = (entity: EntityUidJson): unknown => ({
  Value: '__entity' in entity ? entity : { __entity: entity },
});

/** `context.facts.cutPercent`, `principal`, `resource.tags.team`; null for an expression that is not a path. */
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

/** Every path that an expression reads, in its longest form, once. */
export const pathsIn = (expression: unknown): string[] => {
  if (typeof expression !== 'object' || expression === null) return [];
  const path = pathOf(expression);
  const paths = path === null ? Object.values(expression).flatMap(pathsIn) : [path];
  return [...new Set(paths)];
};
