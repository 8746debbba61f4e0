import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { DiffLine } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import type { WorkloadPlace } from '../kubernetes/changes/edit.ts';
import { Progress } from '../kubernetes/changes/progress.ts';
import { ownTemplate, templateDigest } from '../kubernetes/changes/template-digest.ts';
import { listRevisions, type Revision } from '../kubernetes/revisions.ts';
import { isShown, shownChange, templateChanges } from '../kubernetes/template-diff.ts';
import { templateOf } from '../kubernetes/template.ts';
import type { Workload } from '../kubernetes/workload.ts';

/** More fields are not named. */
const MOST_DIFFERENCES = 20;

const Described = z.strictObject({
  /** Identifies the template: revisions get other numbers, and generations rise without it. */
  template: z.string(),
  images: z.record(z.string(), z.string()),
});

/** A workload with its template and the revisions that are kept. Values that may be secrets are in none of it. */
export const State = z.strictObject({
  ...Described.shape,
  /** The fields in which the template differs from the revision of the input; none once that number is gone. */
  differences: z.array(DiffLine),
  /** What the plan was made from. A rollout gives revisions other numbers, so no check compares them after the change. */
  revisions: z.strictObject({
    kept: z.array(z.int()),
    /** The one of the input; null if it is not kept. */
    named: Described.nullable(),
    /** The one of the present template, by which an undo finds it again; null if it is not kept. */
    present: z.int().nullable(),
    historyLimit: z.int(),
  }),
  ...Progress.shape,
});
export type State = z.output<typeof State>;

/** The fields of the state that say which template a workload has. */
export const describedTemplate = (workload: { readonly spec: Pick<Workload['spec'], 'template'> }) => {
  const { containers, initContainers } = templateOf(workload).spec;
  return {
    template: templateDigest(workload.spec.template),
    images: Object.fromEntries([...initContainers, ...containers].map(({ name, image }) => [name, image])),
  };
};

/** The revisions that the cluster keeps of a workload, the newest first. */
export const keptRevisions = async (
  cloud: Cloud,
  place: WorkloadPlace,
  { metadata, spec: { selector } }: Pick<Workload, 'metadata' | 'spec'>,
): Promise<readonly Revision[]> => {
  const all = await listRevisions(cloud, place.kind, place, selector);
  return all
    .filter(({ owner }) => owner === metadata.uid)
    .map((revision) => ({ ...revision, template: ownTemplate(revision.template) }));
};

/** What a state has besides the template itself. Pure. */
export const aboutRevisions = (
  workload: Workload,
  kept: readonly Revision[],
  number: number,
): Pick<State, 'differences' | 'revisions'> => {
  const present = templateDigest(workload.spec.template);
  const named = kept.find(({ revision }) => revision === number);
  return {
    differences: named === undefined ? [] : differencesFrom(workload, named),
    revisions: {
      kept: kept.map(({ revision }) => revision),
      named: named === undefined ? null : describedTemplate({ spec: named }),
      present: kept.find(({ template }) => templateDigest(template) === present)?.revision ?? null,
      historyLimit: workload.spec.revisionHistoryLimit,
    },
  };
};

const differencesFrom = ({ spec }: Workload, { template }: Revision): DiffLine[] => {
  if (templateDigest(spec.template) === templateDigest(template)) return [];
  // Those whose values people can judge come first: none of them is among those that are only counted.
  const all = templateChanges(spec.template, template);
  const [shown, others] = [true, false].map((is) => all.filter((one) => isShown(one) === is));
  const changes = [...(shown ?? []), ...(others ?? [])].map(shownChange);
  if (changes.length === 0) return [notNamed('order of items that have names', 'one', 'another one')];
  const more = changes.length - MOST_DIFFERENCES;
  return more > 0
    ? [
        ...changes.slice(0, MOST_DIFFERENCES),
        notNamed(`${more} more fields`, 'values that are not shown', 'other ones'),
      ]
    : changes;
};

const notNamed = (field: string, before: string, after: string): DiffLine => ({ field, before, after });

/** The revision that the input names. Throws, naming the others, if it is not kept or is the present template. */
export const namedRevision = (
  { name, revision }: { readonly name: string; readonly revision: number },
  { template, revisions: { kept, named } }: State,
): z.output<typeof Described> => {
  const others = kept.filter((one) => one !== revision);
  const choose = others.length === 0 ? 'No other one is kept.' : `Kept are ${others.join(', ')}.`;
  if (named === null) throw new ToolRefusal(`Revision ${revision} of ${name} is not kept. ${choose}`);
  if (named.template === template)
    throw new ToolRefusal(
      `Revision ${revision} of ${name} has the template that ${name} has now, so there is nothing to undo. ${choose}`,
    );
  return named;
};
