import * as z from 'zod';
import { Json } from '../../../lambdas/contracts/json.ts';
import { isObject, isSame } from '../objects/json.ts';
import { StatusRefusal } from '../objects/refusal.ts';

const Path = z.string().regex(/^(\/.*)?$/);
const Operation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('add'), path: Path, value: Json }),
  z.strictObject({ op: z.literal('replace'), path: Path, value: Json }),
  z.strictObject({ op: z.literal('test'), path: Path, value: Json }),
  z.strictObject({ op: z.literal('remove'), path: Path }),
]);
type Operation = z.infer<typeof Operation>;

/** A JSON patch (RFC 6902), all of it or nothing. `move` and `copy` are not simulated. */
export const jsonPatched = (before: Json, patch: Json): Json => {
  const parsed = z.array(Operation).safeParse(patch);
  if (!parsed.success)
    throw new StatusRefusal(
      400,
      'BadRequest',
      `error decoding patch: ${parsed.error.issues[0]?.message ?? 'not a list'}`,
    );
  return parsed.data.reduce(patched, before);
};

const patched = (value: Json, operation: Operation): Json => {
  const path = operation.path
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  if (operation.op !== 'test') return changed(value, path, operation);
  if (isSame(valueIn(value, path), operation.value)) return value;
  throw rejected();
};

const valueIn = (value: Json, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, part) => {
    if (Array.isArray(inner)) return /^\d+$/.test(part) ? inner[Number(part)] : undefined;
    return isObject(inner) ? inner[part] : undefined;
  }, value);

type Change = Exclude<Operation, { op: 'test' }>;

const changed = (value: Json, path: readonly string[], change: Change): Json => {
  const [first, ...rest] = path;
  if (first === undefined) return change.op === 'remove' ? null : change.value;
  if (Array.isArray(value)) return changedList(value, first, rest, change);
  if (!isObject(value)) throw rejected();
  const inner = value[first];
  if (rest.length > 0) {
    if (inner === undefined) throw rejected();
    return { ...value, [first]: changed(inner, rest, change) };
  }
  if (change.op !== 'add' && inner === undefined) throw rejected();
  if (change.op !== 'remove') return { ...value, [first]: change.value };
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== first));
};

const changedList = (list: readonly Json[], first: string, rest: readonly string[], change: Change): Json => {
  const place = first === '-' && change.op === 'add' && rest.length === 0 ? list.length : Number(first);
  const inner = list[place];
  const isEnd = place === list.length && change.op === 'add' && rest.length === 0;
  if (!/^(\d+|-)$/.test(first) || (inner === undefined && !isEnd)) throw rejected();
  if (rest.length > 0) return list.with(place, changed(inner ?? null, rest, change));
  if (change.op === 'replace') return list.with(place, change.value);
  return change.op === 'remove' ? list.toSpliced(place, 1) : list.toSpliced(place, 0, change.value);
};

/** What the API server says of a test that fails and of a path that is not there: not more than this. */
const rejected = (): StatusRefusal =>
  new StatusRefusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
