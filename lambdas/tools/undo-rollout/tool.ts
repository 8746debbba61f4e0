import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { unknownCost } from '../aws/prices.ts';
import { askedIn, capacityFacts, qosOfTemplate, unitsOf } from '../kubernetes/changes/capacity.ts';
import { rolloutChecks } from '../kubernetes/changes/checks.ts';
import { describeWorkload, workloadConfiguration } from '../kubernetes/changes/describe.ts';
import { dryRunWrite, ownersCheck } from '../kubernetes/changes/dry-run-object.ts';
import { changeWorkload, type WorkloadChange, type WorkloadWrite } from '../kubernetes/changes/edit.ts';
import { disruptionOf, impactOfRollout } from '../kubernetes/changes/impact.ts';
import { measuredPeak } from '../kubernetes/changes/measured-peak.ts';
import { ownersOfTemplate } from '../kubernetes/changes/owners.ts';
import { DONE } from '../kubernetes/changes/progress.ts';
import { demandOf, quotaUsePercentAfter } from '../kubernetes/changes/quota.ts';
import type { FieldChange } from '../kubernetes/changes/patch-to-commit.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { whenRefused } from '../kubernetes/changes/when-refused.ts';
import { rolloutOf } from '../kubernetes/rollout.ts';
import { templateDigest } from '../kubernetes/changes/template-digest.ts';
import type { Revision } from '../kubernetes/revisions.ts';
import { isShown, templateChanges } from '../kubernetes/template-diff.ts';
import { templateOf } from '../kubernetes/template.ts';
import { readWorkload, workloadKindOf, type Workload } from '../kubernetes/workload.ts';
import { changeTool } from '../tool.ts';
import { manifest } from './manifest.ts';
import { aboutRevisions, describedTemplate, keptRevisions, namedRevision, State } from './state.ts';

type Change = WorkloadChange<State>;

export const tool = changeTool(manifest, State, {
  async describe(input, context) {
    const workload = await readWorkload(context.cloud, input.kind, input);
    const about = aboutRevisions(workload, await keptRevisions(context.cloud, input, workload), input.revision);
    return describeWorkload(input, context, (read) => ({ ...describedTemplate(read), ...about }));
  },

  configuration: workloadConfiguration,

  predict: (input, before) => ({ ...before, ...namedRevision(input, before), differences: [], ...DONE }),

  shown: ({ input, before: { differences, revisions } }) => ({
    before: { revision: revisions.present ?? 'one that is not kept', ...valuesOf(differences, 'before') },
    after: { revision: input.revision, ...valuesOf(differences, 'after') },
  }),

  async facts(change, context) {
    const [{ input }, { cloud }] = [change, context];
    const workload = await readWorkload(cloud, input.kind, input);
    const impact = impactOfRollout(input.kind, workload);
    const { template, pods } = await revisionOf(change, cloud);
    const { wanted, updated } = rolloutOf(input.kind, workload);
    const [present, former] = [templateOf(workload), templateOf({ spec: { template } })];
    const units = unitsOf(present, former);
    // A rollout that got stuck has left pods of the former template, which need no more room than they have.
    const replaced = Math.max(0, wanted - (pods ?? wanted - updated));
    const demand = demandOf({ before: askedIn(present), after: askedIn(former) }, { added: 0, replaced });
    const [quota, peak] = await Promise.all([
      quotaUsePercentAfter(cloud, input, demand),
      measuredPeak(context, input, { units }),
    ]);
    return {
      ...capacityFacts(units),
      qosChanges: qosOfTemplate(present) !== qosOfTemplate(former),
      peakUsePercentAfter: peak.percent,
      quotaUsePercentAfter: quota,
      gitOpsManaged: gitOpsOf(workload.metadata) !== undefined,
      ...impact,
    };
  },

  losses: async () => [],

  async dryRun(change, context) {
    const { input } = change;
    const workload = await readWorkload(context.cloud, input.kind, input);
    const revision = await revisionOf(change, context.cloud);
    const planned = { kind: workloadKindOf(input.kind), place: input, after: change.after };
    const owners = ownersOfTemplate(workload.metadata, templateChanges(workload.spec.template, revision.template));
    const units = unitsOf(templateOf(workload), templateOf({ spec: revision }));
    const { checks: peak } = await measuredPeak(context, input, { units });
    return {
      checks: [
        ownersCheck(owners),
        await dryRunWrite(planned, context, writeOf(change, revision)),
        ...peak,
        ...sourceChecks(
          workload.metadata,
          changesBetween(workload, revision).map(({ path }) => path),
        ),
      ],
      writtenBackAfter: writtenBackAfter(workload.metadata),
      cost: unknownCost('pods have no list price; nodes are paid for, and may be added or removed for them'),
      disruption: disruptionOf(impactOfRollout(input.kind, workload)),
    };
  },

  async apply(change, context) {
    return changeWorkload(change, context, writeOf(change, await findRevision(change, context.cloud)));
  },

  isHalfWay: (change, now) => rolloutChecks.isHalfWay(compared(change), templateIn(now)),

  postCondition: (change, now) => rolloutChecks.postCondition(compared(change), templateIn(now)),

  guards: rolloutChecks.guards,

  async whenRefused(change, facts, context) {
    const { input } = change;
    const workload = await readWorkload(context.cloud, input.kind, input);
    const revision = await revisionOf(change, context.cloud);
    const shrinking = { units: unitsOf(templateOf(workload), templateOf({ spec: revision })) };
    return whenRefused(context, input, workload, { changes: changesBetween(workload, revision), shrinking, facts });
  },

  inverse({ input, before: { revisions } }) {
    const { present, historyLimit } = revisions;
    if (historyLimit === 0)
      return {
        reversible: false,
        says: `It cannot be undone: with a revisionHistoryLimit of 0 the present template of ${input.name} is not kept.`,
      };
    if (present === null)
      return {
        reversible: false,
        says: `It cannot be undone: no revision keeps the present template of ${input.name}.`,
      };
    const says = `Take ${input.name} back to the template of revision ${present}, which it has now.`;
    return {
      reversible: true,
      input: { ...input, revision: present, why: `Undo: back to revision ${present}.` },
      says,
    };
  },
});

/** The fields of the template in which a workload differs from a revision. */
const changesBetween = ({ spec }: Workload, { template }: Revision): readonly FieldChange[] =>
  templateChanges(spec.template, template).map(({ path, keys, before, after }) => ({
    path: `spec.template.${path}`,
    keys: ['spec', 'template', ...keys],
    after,
    isShown: isShown({ keys, before, after }),
  }));

const valuesOf = (differences: State['differences'], when: 'before' | 'after') =>
  Object.fromEntries(differences.map((line) => [inShort(line.field), line[when]]));

/** `web.image`: most of a template is its containers. */
const inShort = (field: string): string => field.replace(/^spec\.containers\[([a-z0-9-]+)\]\./, '$1.');

/** Writes the template of a revision. Without one, only what is already written can be gone on with. */
const writeOf = ({ input, after }: Change, found: Revision | undefined): WorkloadWrite<{ template: string }> => ({
  fields: ({ spec }) => ({ template: templateDigest(spec.template) }),
  operations() {
    if (found === undefined) throw notKept(input.name, after.template);
    return [{ op: 'replace', path: '/spec/template', value: found.template }];
  },
});

/** The revision that a change leads to: by its template, since an undo finds it under another number. */
const findRevision = async ({ input, after }: Change, cloud: Cloud): Promise<Revision | undefined> => {
  const kept = await keptRevisions(cloud, input, await readWorkload(cloud, input.kind, input));
  return kept.find(({ template }) => templateDigest(template) === after.template);
};

const revisionOf = async (change: Change, cloud: Cloud): Promise<Revision> => {
  const found = await findRevision(change, cloud);
  if (found === undefined) throw notKept(change.input.name, change.after.template);
  return found;
};

const notKept = (name: string, template: string): ToolRefusal =>
  new ToolRefusal(`No revision of ${name} keeps the template ${template} any more. Nothing was written.`);

/** What says whether the change was made. The controller gives revisions other numbers by it. */
const templateIn = ({ template, images, rolledOut, stalledSince, checkreinManages }: State) => ({
  template,
  images,
  rolledOut,
  stalledSince,
  checkreinManages,
});

const compared = (change: Change): WorkloadChange<Pick<State, 'template' | 'images'>> => ({
  ...change,
  before: templateIn(change.before),
  after: templateIn(change.after),
});
