import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../../contracts/json.ts';
import { KINDS } from '../input.ts';
import type { TemplateChange } from '../template-diff.ts';
import type { WorkloadPlace } from './patch.ts';

/** A field that changes. */
export interface FieldChange extends Pick<TemplateChange, 'path' | 'keys' | 'after'> {
  /** False if its value may be a secret. */
  readonly isShown: boolean;
}

/** Sixty lines are more than a person checks. */
const MOST_CHARACTERS = 3000;

/**
 * The fields of a change as a strategic-merge patch in YAML, as Kustomize takes it, and in words those whose values are not
 * shown. Undefined if no field can be shown, or if the patch is too long to be read.
 */
export const patchToCommit = (
  { kind, namespace, name }: WorkloadPlace,
  changes: readonly FieldChange[],
): string | undefined => {
  const shown = changes.filter(({ isShown }) => isShown);
  if (shown.length === 0) return undefined;
  const head = { apiVersion: 'apps/v1', kind: KINDS[kind], metadata: { name, namespace } };
  const body = shown.reduce<JsonObject>((patch, { keys, after }) => withField(patch, keys, after), head);
  const yaml = stringify(body, { lineWidth: 0, aliasDuplicateObjects: false });
  return yaml.length > MOST_CHARACTERS ? undefined : yaml;
};

/** A key in brackets is an item of a list, by its name. What is gone is null, or an item to be deleted. */
const withField = (into: JsonObject, [key, ...rest]: readonly string[], value: Json | undefined): JsonObject => {
  if (key === undefined) return into;
  const [next] = rest;
  const found = into[key];
  if (next?.startsWith('[') === true) {
    const items = Array.isArray(found) ? found.filter(isObject) : [];
    return { ...into, [key]: withItem(items, next.slice(1, -1), rest.slice(1), value) };
  }
  if (rest.length === 0) return { ...into, [key]: value ?? null };
  return { ...into, [key]: withField(isObject(found) ? found : {}, rest, value) };
};

const withItem = (
  items: readonly JsonObject[],
  name: string,
  keys: readonly string[],
  value: Json | undefined,
): JsonObject[] => {
  const found = items.find((item) => item['name'] === name) ?? { name };
  const whole = isObject(value) ? value : { name, $patch: 'delete' };
  const item = keys.length === 0 ? whole : withField(found, keys, value);
  return [...items.filter((one) => one['name'] !== name), item];
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
