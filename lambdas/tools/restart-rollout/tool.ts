import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { digestOf } from '../../kernel/trace/canonical.ts';
import { unknownCost } from '../aws/prices.ts';
import { rolloutChecks } from '../kubernetes/changes/checks.ts';
import { describeWorkload, workloadConfiguration } from '../kubernetes/changes/describe.ts';
import { dryRunWorkload } from '../kubernetes/changes/dry-run.ts';
import { changeWorkload, type WorkloadEdit } from '../kubernetes/changes/edit.ts';
import { disruptionOf, impactOfRollout } from '../kubernetes/changes/impact.ts';
import { pointer } from '../kubernetes/changes/patch.ts';
import { DONE, Progress } from '../kubernetes/changes/progress.ts';
import { apartFrom, templateDigest } from '../kubernetes/changes/template-digest.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { fieldChanges, whenRefused } from '../kubernetes/changes/when-refused.ts';
import { templateOf } from '../kubernetes/template.ts';
import { readWorkload, type Workload } from '../kubernetes/workload.ts';
import { changeTool } from '../tool.ts';
import { manifest, RESTARTED } from './manifest.ts';

const Fields = z.strictObject({
  /** What the last restart wrote; null without one. */
  restarted: z.string().nullable(),
  /** Identifies the rest of the template. */
  template: z.string(),
});
type Fields = z.output<typeof Fields>;
const State = z.strictObject({ ...Fields.shape, ...Progress.shape });

const fieldsOf = ({ spec }: Workload): Fields => {
  const { rest, value } = apartFrom(spec.template, RESTARTED);
  return { restarted: value, template: templateDigest(rest) };
};

const ANNOTATIONS = ['spec', 'template', 'metadata', 'annotations'] as const;

const edit: WorkloadEdit<Fields> = {
  fields: fieldsOf,
  operations: (workload, { restarted }) => [
    (templateOf(workload).metadata.annotations ?? undefined) === undefined
      ? { op: 'add', path: pointer(...ANNOTATIONS), value: { [RESTARTED]: restarted } }
      : { op: 'add', path: pointer(...ANNOTATIONS, RESTARTED), value: restarted },
  ],
  intent: ({ restarted }) => ({ spec: { template: { metadata: { annotations: { [RESTARTED]: restarted } } } } }),
};

/** The field that a restart writes, in words. */
const FIELD = `spec.template.metadata.annotations["${RESTARTED}"]`;

export const tool = changeTool(manifest, State, {
  describe: (input, context) => describeWorkload(input, context, fieldsOf),

  configuration: workloadConfiguration,

  // Named after what it restarts, so that an attempt that is made again writes the same and restarts nothing twice.
  predict: (_, { template, restarted }) => ({ template, restarted: digestOf({ template, restarted }), ...DONE }),

  // The annotation tells people nothing.
  shown: () => ({ before: {}, after: {} }),

  async facts({ input }, { cloud }) {
    const workload = await readWorkload(cloud, input.kind, input);
    const impact = impactOfRollout(input.kind, workload);
    if (impact.fleetSize === 0) throw new ToolRefusal(`${input.name} has no pods, so there is nothing to restart.`);
    return { ...impact, gitOpsManaged: gitOpsOf(workload.metadata) !== undefined };
  },

  losses: async () => [],

  async dryRun(change, context) {
    const workload = await readWorkload(context.cloud, change.input.kind, change.input);
    return {
      checks: [...(await dryRunWorkload(change, context, edit)), ...sourceChecks(workload.metadata, [FIELD])],
      writtenBackAfter: writtenBackAfter(workload.metadata),
      cost: unknownCost('pods have no list price; each is replaced by one of the same size'),
      disruption: disruptionOf(impactOfRollout(change.input.kind, workload)),
    };
  },

  apply: (change, context) => changeWorkload(change, context, edit),

  ...rolloutChecks,

  async whenRefused({ input, before, after }, facts, context) {
    const workload = await readWorkload(context.cloud, input.kind, input);
    const changes = fieldChanges(edit.intent(before), edit.intent(after));
    return whenRefused(context, input, workload, { changes, facts });
  },

  inverse: () => ({
    reversible: false,
    says: 'A restart cannot be undone: the pods are gone, with what they kept in memory and in emptyDir volumes.',
  }),
});
