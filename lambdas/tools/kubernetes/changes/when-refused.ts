import type { Facts } from '../../../contracts/facts.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { ToolContext } from '../../tool.ts';
import { templateChanges } from '../template-diff.ts';
import type { Workload } from '../workload.ts';
import { measuredPeak, type Shrinking } from './measured-peak.ts';
import { patchToCommit, type FieldChange } from './patch-to-commit.ts';
import type { WorkloadPlace } from './patch.ts';
import { gitOpsOf } from './source.ts';

/** The fields that differ between two parts of an object, as a tool writes them. All may be shown. */
export const fieldChanges = (before: JsonObject, after: JsonObject): readonly FieldChange[] =>
  templateChanges(before, after).map((change) => ({ ...change, isShown: true }));

/** What helps where policy refuses a change of a workload: a patch to commit, and what was measured. */
export const whenRefused = async (
  context: ToolContext,
  place: WorkloadPlace,
  { metadata }: Workload,
  {
    changes,
    shrinking,
    facts,
  }: { readonly changes: readonly FieldChange[]; readonly shrinking?: Shrinking; readonly facts: Facts },
): Promise<string | undefined> => {
  const gitOps = gitOpsOf(metadata);
  const parts = gitOps === undefined ? [] : [commitText(gitOps.says, place, changes)];
  const peak =
    shrinking === undefined || facts.cutPercent === 0 ? [] : (await measuredPeak(context, place, shrinking)).checks;
  const all = [...parts, ...peak.map(({ name, detail }) => `The ${name}: ${detail}`)];
  return all.length === 0 ? undefined : all.join('\n');
};

const commitText = (source: string, place: WorkloadPlace, changes: readonly FieldChange[]): string => {
  const hidden = changes.filter(({ isShown }) => !isShown).map(({ path }) => path);
  const patch = patchToCommit(place, changes);
  const where = `${place.name} is written by ${source}.`;
  if (patch === undefined)
    return `${where} Say in your conclusion which commit of its source to revert; these fields would change: ${changes.map(({ path }) => path).join(', ')}.`;
  const rest =
    hidden.length === 0 ? '' : `\nThese fields would change too, and their values are not shown: ${hidden.join(', ')}.`;
  return `${where} Say in your conclusion that this patch is to be committed to its source (strategic merge, for Kustomize; of a Helm chart, the same fields by its values):\n${patch.trimEnd()}${rest}`;
};
