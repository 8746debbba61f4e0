import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { isSame, objectIn, textIn, withValue } from '../objects/json.ts';
import { StatusRefusal } from '../objects/refusal.ts';
import { newOwner, ownersOf, pathOf, withOwners, type Owner, type Writer } from './managers.ts';
import { merged } from './merge.ts';
import { comparePaths, leavesOf, shownPath, withoutPath } from './paths.ts';

const isOf = (owner: Owner, writer: Writer): boolean =>
  owner.manager === writer.manager && owner.operation === writer.operation && owner.subresource === writer.subresource;

const isStored = (object: JsonObject): boolean => objectIn(object['metadata'])['uid'] !== undefined;
const managedFields = (object: JsonObject) => objectIn(object['metadata'])['managedFields'];
const versionOf = (object: JsonObject): string => textIn(object['apiVersion']) ?? '';

/** The object after a create or a patch: who wrote owns what changed, and nobody else does any more. */
export const updatedBy = (writer: Writer, before: JsonObject, after: JsonObject, now: number): JsonObject => {
  const [old, current] = [leavesOf(before), leavesOf(after)];
  const changed = [...current].flatMap(([path, value]) => (isSame(old.get(path), value) ? [] : [path]));
  const edited = !isSame(managedFields(before), managedFields(after));
  const kept = ownersOf(edited ? after : before).map((owner) => {
    const paths = [...owner.paths].filter(
      (path) => current.has(path) && (isOf(owner, writer) || !changed.includes(path)),
    );
    return owner.subresource === 'status' ? owner : { ...owner, paths: new Set(paths) };
  });
  // Of an object that nobody manages, the server begins to note managers only with an apply.
  if (kept.length === 0 && isStored(before)) return withOwners(after, []);
  const before_ = kept.find((owner) => isOf(owner, writer));
  const others = kept.filter((owner) => owner !== before_);
  if (changed.length === 0) return withOwners(after, kept);
  const own = newOwner(writer, versionOf(after), now, new Set([...(before_?.paths ?? []), ...changed]));
  return withOwners(after, [...others, own]);
};

/** The object after a server-side apply. Refused where another manager owns a field that would change, unless forced. */
export const appliedBy = (
  manager: string,
  before: JsonObject,
  given: JsonObject,
  options: { readonly force: boolean; readonly now: number; readonly complete: (object: JsonObject) => JsonObject },
): JsonObject => {
  const writer: Writer = { manager, operation: 'Apply' };
  const owners = ownersOf(before);
  const wanted = new Set(leavesOf(given).keys());
  const after = options.complete(merged(before, withValue(given, ['metadata', 'managedFields'], undefined)));
  const [old, current] = [leavesOf(before), leavesOf(after)];
  const changes = [...wanted]
    .filter((path) => !isSame(old.get(path), current.get(path)))
    .toSorted((one, other) => comparePaths(pathOf(one), pathOf(other)));
  const others = owners.filter((owner) => !isOf(owner, writer));
  const conflicts = changes.flatMap((path) =>
    others.flatMap((owner) => (owner.paths.has(path) ? [{ owner, path }] : [])),
  );
  if (conflicts.length > 0 && !options.force) throw applyConflict(conflicts);
  const left = others.map((owner) => ({
    ...owner,
    paths: new Set([...owner.paths].filter((path) => !changes.includes(path))),
  }));
  const own = owners.find((owner) => isOf(owner, writer));
  const dropped = [...(own?.paths ?? [])].filter(
    (path) => !wanted.has(path) && left.every((owner) => !owner.paths.has(path)),
  );
  const trimmed = dropped.reduce<JsonObject>((object, path) => objectIn(withoutPath(object, pathOf(path))), after);
  const same = own !== undefined && isSame([...own.paths].toSorted(), [...wanted].toSorted()) && changes.length === 0;
  const entry = same ? own : newOwner(writer, versionOf(given), options.now, wanted);
  return withOwners(dropped.length === 0 ? after : options.complete(trimmed), [...left, entry]);
};

interface FieldConflict {
  readonly owner: Owner;
  readonly path: string;
}

const shownOwner = ({ manager, operation, apiVersion, subresource }: Owner): string => {
  const of = subresource === undefined ? '' : ` with subresource "${subresource}"`;
  return `"${manager}"${of}${operation === 'Apply' ? '' : ` using ${apiVersion}`}`;
};

/** In the words of the API server, which name each owner with its fields. */
const applyConflict = (conflicts: readonly FieldConflict[]): StatusRefusal => {
  const shown = conflicts.map(({ owner, path }) => ({ owner: shownOwner(owner), path: shownPath(pathOf(path)) }));
  const causes = shown.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field: path,
  }));
  const [first, ...more] = shown;
  const lists = [...new Set(shown.map(({ owner }) => owner))].toSorted().map((owner) => {
    const fields = shown.flatMap((one) => (one.owner === owner ? [`- ${one.path}`] : []));
    return [`conflicts with ${owner}:`, ...fields].join('\n');
  });
  const says =
    more.length === 0
      ? `1 conflict: conflict with ${first?.owner ?? ''}: ${first?.path ?? ''}`
      : `${shown.length} conflicts: ${lists.join('\n')}`;
  return new StatusRefusal(409, 'Conflict', `Apply failed with ${says}`, { causes });
};
