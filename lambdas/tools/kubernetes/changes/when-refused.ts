import type { Facts } from '../../../contracts/facts.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { ToolContext } from '../../tool.ts';
import { templateChanges } from '../template-diff.ts';
import { workloadKindOf, type Workload } from '../workload.ts';
import { measuredPeak, type Shrinking } from './measured-peak.ts';
import { patchToCommit, type FieldChange } from './patch-to-commit.ts';
import type { WorkloadPlace } from './edit.ts';
import type { AnyObject, ObjectKind, ObjectPlace } from './object.ts';
import { gitOpsOf } from './source.ts';

/** The fields that differ between two parts of an object, as a tool writes them. All may be shown. */
export const fieldChanges = (before: JsonObject, after: JsonObject): readonly FieldChange[] =>
  templateChanges(before, after).map((change) => ({ ...change, isShown: true }));

/** What helps where policy refuses a change of a workload: a patch to commit, and what was measured. */
export const whenRefused = async (
  context: ToolContext,
  place: WorkloadPlace,
  workload: Workload,
  {
    changes,
    shrinking,
    facts,
  }: { readonly changes: readonly FieldChange[]; readonly shrinking?: Shrinking; readonly facts: Facts },
): Promise<string | undefined> => {
  const patch = commitInstead(workloadKindOf(place.kind), place, workload, changes);
  const parts = patch === undefined ? [] : [patch];
  const peak =
    shrinking === undefined || facts.cutPercent === 0 ? [] : (await measuredPeak(context, place, shrinking)).checks;
  const all = [...parts, ...peak.map(({ name, detail }) => `The ${name}: ${detail}`)];
  return all.length === 0 ? undefined : all.join('\n');
};

/** The patch to commit where an object is written from Git; undefined where it is not. */
export const commitInstead = (
  kind: Pick<ObjectKind<AnyObject>, 'service' | 'kind'>,
  place: ObjectPlace,
  { metadata }: AnyObject,
  changes: readonly FieldChange[],
): string | undefined => {
  const source = gitOpsOf(metadata)?.says;
  if (source === undefined) return undefined;
  const hidden = changes.filter(({ isShown }) => !isShown).map(({ path }) => path);
  const patch = patchToCommit(kind, place, changes);
  const where = `${place.name} is written by ${source}.`;
  if (patch === undefined)
    return `${where} Say in your conclusion which commit of its source to revert; these fields would change: ${changes.map(({ path }) => path).join(', ')}.`;
  const rest =
    hidden.length === 0 ? '' : `\nThese fields would change too, and their values are not shown: ${hidden.join(', ')}.`;
  return `${where} Say in your conclusion that this patch is to be committed to its source (strategic merge, for Kustomize; of a Helm chart, the same fields by its values):\n${patch.trimEnd()}${rest}`;
};
