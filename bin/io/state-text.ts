import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import { shown } from '../../lambdas/kernel/trace/plan-text.ts';

/** The state of a target for a person: `limits.memory: 192Mi; rolledOut: true`. What is null or empty is left out; the trace has it. */
export const stateText = (state: Json): string => fieldsOf(state, '').join('; ') || shown(state);

const fieldsOf = (value: Json, path: string): string[] => {
  const object = JsonObject.safeParse(value);
  if (object.success)
    return Object.entries(object.data).flatMap(([key, inner]) => fieldsOf(inner, path === '' ? key : `${path}.${key}`));
  if (value === null || (Array.isArray(value) && value.length === 0)) return [];
  const text = Array.isArray(value) ? value.map(shown).join(', ') : shown(value);
  return [path === '' ? text : `${path}: ${text}`];
};
