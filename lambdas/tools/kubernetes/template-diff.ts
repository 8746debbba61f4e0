import type { Json, JsonObject } from '../../contracts/json.ts';

/** What differs between two templates. */
export interface TemplateChange {
  /** Where, e.g. `spec.containers[web].resources.limits.memory`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Labels by which controllers tell revisions apart: they differ always. */
const OF_CONTROLLERS = ['pod-template-hash', 'controller-revision-hash'];

/** What differs between two Pod templates. Items of a list that have names are compared by name. */
export const templateChanges = (before: JsonObject, after: JsonObject): readonly TemplateChange[] =>
  changes('', before, after).filter(({ path }) => !OF_CONTROLLERS.some((label) => path.endsWith(`.${label}`)));

const changes = (path: string, before: Json | undefined, after: Json | undefined): TemplateChange[] => {
  const [one, other] = [fieldsOf(before), fieldsOf(after)];
  if (one === undefined || other === undefined)
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names.flatMap((name) => changes(joined(path, name), one.get(name), other.get(name)));
};

/** The fields of an object or the named items of a list, in brackets. Undefined for anything else. */
const fieldsOf = (value: Json | undefined): ReadonlyMap<string, Json> | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = value.map((item): [string, Json] | undefined => {
    const name = typeof item === 'object' && item !== null && !Array.isArray(item) ? item['name'] : undefined;
    return typeof name === 'string' ? [`[${name}]`, item] : undefined;
  });
  return named.every((item) => item !== undefined) ? new Map(named) : undefined;
};

const joined = (path: string, name: string): string =>
  path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;

/** Whether the values at a path may be shown: those of variables and arguments may be secrets. */
const isShown = (path: string): boolean =>
  /\.(image|resources|replicas|requests|limits|cpu|memory)(\.|$)|kubectl\.kubernetes\.io\/restartedAt$|Probe\./.test(
    path,
  );

/** `spec.containers[web].image: shop:1 → shop:2`. */
export const changeText = ({ path, before, after }: TemplateChange): string => {
  const says = (value: Json | undefined): string =>
    value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return isShown(path) ? `${path}: ${says(before)} → ${says(after)}` : path;
};
