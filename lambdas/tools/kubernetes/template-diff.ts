import { canonical } from '../../kernel/trace/canonical.ts';
import type { Json, JsonObject } from '../../contracts/json.ts';
import type { DiffLine } from '../../contracts/plan.ts';

/** What differs between two templates. */
export interface TemplateChange {
  /** Where, e.g. `spec.containers[web].resources.limits.memory`. */
  readonly path: string;
  /** The same, key by key: `spec`, `containers`, `[web]`, …. Keys may have dots. */
  readonly keys: readonly string[];
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Labels by which controllers tell revisions apart: they differ always. Nowhere else in a template is such a key theirs. */
const OF_CONTROLLERS = ['pod-template-hash', 'controller-revision-hash'];
/** How a list is named in which items that have names stand in another order: init containers run in it. */
const ORDER = '(order)';

/** What differs between two Pod templates. Items of a list that have names are compared by name. */
export const templateChanges = (before: JsonObject, after: JsonObject): readonly TemplateChange[] =>
  changes([], before, after).filter(({ keys }) => !isOfController(keys));

const isOfController = ([first, second, third = '', ...more]: readonly string[]): boolean =>
  first === 'metadata' && second === 'labels' && OF_CONTROLLERS.includes(third) && more.length === 0;

const changes = (keys: readonly string[], before: Json | undefined, after: Json | undefined): TemplateChange[] => {
  const [one, other] = [fieldsOf(before), fieldsOf(after)];
  if (one === undefined || other === undefined)
    return canonical(before ?? null) === canonical(after ?? null)
      ? []
      : [{ path: keys.reduce(joined, ''), keys, before, after }];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return [
    ...(Array.isArray(before) && Array.isArray(after) ? orderChange(keys, [...one.keys()], [...other.keys()]) : []),
    ...names.flatMap((name) => changes([...keys, name], one.get(name), other.get(name))),
  ];
};

/** Of the items that stay. One that comes or goes is a change of its own. */
const orderChange = (keys: readonly string[], one: readonly string[], other: readonly string[]): TemplateChange[] => {
  const [before, after] = [one.filter((name) => other.includes(name)), other.filter((name) => one.includes(name))];
  const within = [...keys, ORDER];
  return before.join() === after.join() ? [] : [{ path: within.reduce(joined, ''), keys: within, before, after }];
};

/** The fields of an object or the named items of a list, in brackets. Undefined for anything else. */
const fieldsOf = (value: Json | undefined): ReadonlyMap<string, Json> | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = value.map((item): [string, Json] | undefined => {
    const name = typeof item === 'object' && item !== null && !Array.isArray(item) ? item['name'] : undefined;
    return typeof name === 'string' ? [`[${name}]`, item] : undefined;
  });
  if (!named.every((item) => item !== undefined)) return undefined;
  const fields = new Map(named);
  // Of two variables with one name the last one counts: they are not compared one by one.
  return fields.size === named.length ? fields : undefined;
};

const joined = (path: string, name: string): string =>
  path === '' || name.startsWith('[') || name === ORDER ? `${path}${name}` : `${path}.${name}`;

/** Fields of a container whose values may be shown: those of variables, arguments, commands and headers may be secrets. */
const SHOWN =
  /^(image|resources(\..+)?|(liveness|readiness|startup)Probe\.([a-zA-Z]+(Seconds|Threshold)|(httpGet|tcpSocket|grpc)\.(path|port|scheme|service)))$/;

/** Whether the values of a field of a template may be shown. The query of a path may be a token. */
export const isShown = ({ keys, before, after }: Pick<TemplateChange, 'keys' | 'before' | 'after'>): boolean =>
  isShownField(keys) &&
  !(keys.at(-1) === 'path' && [before, after].some((value) => typeof value === 'string' && value.includes('?')));

const isShownField = ([first, second, third = '', ...rest]: readonly string[]): boolean =>
  (first === 'spec' &&
    /^(initC|c)ontainers$/.test(second ?? '') &&
    third.startsWith('[') &&
    SHOWN.test(rest.join('.'))) ||
  (first === 'metadata' && second === 'annotations' && third === 'kubectl.kubernetes.io/restartedAt');

/** A change as people may read it. Of a value that may be a secret they read only that there is one. */
export const shownChange = (change: TemplateChange): DiffLine & { readonly before: string; readonly after: string } => {
  const { path, before, after } = change;
  const says = (value: Json | undefined): string => {
    if (value === undefined) return 'nothing';
    if (!isShown(change)) return 'set, not shown';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  const isOther = !isShown(change) && before !== undefined && after !== undefined;
  return { field: path, before: says(before), after: isOther ? 'another value, not shown' : says(after) };
};

/** `spec.containers[web].image: shop:1 → shop:2`. */
export const changeText = (change: TemplateChange): string => {
  const { field, before, after } = shownChange(change);
  return isShown(change) ? `${field}: ${before} → ${after}` : field;
};
