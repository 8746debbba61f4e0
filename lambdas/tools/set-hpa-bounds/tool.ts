import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { unknownCost } from '../aws/prices.ts';
import { AUTOSCALERS, type Autoscaler } from '../kubernetes/autoscalers.ts';
import { dryRunObject } from '../kubernetes/changes/dry-run-object.ts';
import { readObject } from '../kubernetes/changes/object.ts';
import { describeObject, Released, RELEASED, writtenChecks } from '../kubernetes/changes/plain-object.ts';
import { demandOf, quotaUsePercentAfter } from '../kubernetes/changes/quota.ts';
import { askedIn } from '../kubernetes/changes/capacity.ts';
import { templateOf } from '../kubernetes/template.ts';
import { writeObject, type ObjectEdit } from '../kubernetes/changes/write-object.ts';
import { counted } from '../kubernetes/text.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { commitInstead, fieldChanges } from '../kubernetes/changes/when-refused.ts';
import { changeTool, type HealthCheck } from '../tool.ts';
import { disruptionOf, effectOf, podsAdded } from './effect.ts';
import { manifest, MOST_REPLICAS } from './manifest.ts';
import { assertBounded, readScaled } from './scaled.ts';

const Bounds = z.strictObject({ minReplicas: z.int(), maxReplicas: z.int() });
type Bounds = z.output<typeof Bounds>;
const State = z.strictObject({ ...Bounds.shape, ...Released.shape });

/** How often an autoscaler looks, in seconds. */
const SYNC_SECONDS = 15;

const edit: ObjectEdit<Autoscaler, Bounds> = {
  fields: ({ spec: { minReplicas, maxReplicas } }) => ({ minReplicas, maxReplicas }),
  operations: (_, { minReplicas, maxReplicas }) => [
    { op: 'add', path: '/spec/minReplicas', value: minReplicas },
    { op: 'add', path: '/spec/maxReplicas', value: maxReplicas },
  ],
  intent: ({ minReplicas, maxReplicas }) => ({ spec: { minReplicas, maxReplicas } }),
};

const boundsText = ({ minReplicas, maxReplicas }: Bounds): string => `${minReplicas} to ${counted(maxReplicas, 'pod')}`;

export const tool = changeTool(manifest, State, {
  async describe(input, context) {
    // Its bounds are the number of pods of the workload: what protects that protects them.
    const { workload } = await readScaled(context.cloud, input);
    const object = { ...input, targetKind: manifest.targetKind };
    return describeObject(AUTOSCALERS, object, context, edit.fields, [workload.metadata]);
  },

  async configuration(input, { cloud }) {
    const { metadata, spec } = await readObject(cloud, AUTOSCALERS, input);
    const { scaleTargetRef, metrics, behavior } = spec;
    return {
      scales: `${scaleTargetRef.kind} ${scaleTargetRef.name}`,
      metrics: metrics.map((metric) => JSON.stringify(metric)).sort(),
      behavior: behavior === undefined ? null : JSON.stringify(behavior),
      owners: metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`).sort(),
    };
  },

  predict({ name, minReplicas, maxReplicas }, before) {
    const after = {
      minReplicas: minReplicas ?? before.minReplicas,
      maxReplicas: maxReplicas ?? before.maxReplicas,
      ...RELEASED,
    };
    if (after.minReplicas > after.maxReplicas)
      throw new ToolRefusal(
        `The minimum of ${name} would be ${after.minReplicas}, above its maximum of ${after.maxReplicas}. Name both bounds, the minimum no larger than the maximum.`,
      );
    if (after.minReplicas === before.minReplicas && after.maxReplicas === before.maxReplicas)
      throw new ToolRefusal(`${name} already has these bounds: ${boundsText(before)}.`);
    const [tooLarge] = Object.values(moved({ before, after })).filter((bound) => bound > MOST_REPLICAS);
    if (tooLarge !== undefined) throw notUndone(name, tooLarge);
    return after;
  },

  async facts({ input, before, after }, { cloud }) {
    const scaled = await readScaled(cloud, input);
    assertBounded(scaled);
    if (after.minReplicas === 0 && before.minReplicas !== 0)
      throw new ToolRefusal(`A minimum of 0 would let ${input.name} stop every pod. Propose at least 1.`);
    const amounts = askedIn(templateOf(scaled.workload));
    const added = podsAdded({ before, after }, scaled.wanted);
    const demand = demandOf({ before: amounts, after: amounts }, { added, replaced: 0 });
    const { metadata } = await readObject(cloud, AUTOSCALERS, input);
    return {
      ...effectOf({ before, after }, scaled),
      quotaUsePercentAfter: await quotaUsePercentAfter(cloud, input, demand),
      gitOpsManaged: gitOpsOf(metadata) !== undefined,
    };
  },

  losses: async () => [],

  async dryRun({ input, before, after }, context) {
    const planned = { kind: AUTOSCALERS, place: input, after };
    const { metadata } = await readObject(context.cloud, AUTOSCALERS, input);
    const fields = ['spec.minReplicas', 'spec.maxReplicas'];
    return {
      checks: [...(await dryRunObject(planned, context, edit)), ...sourceChecks(metadata, fields)],
      writtenBackAfter: writtenBackAfter(metadata),
      cost: unknownCost('pods have no list price; nodes are paid for, and may be added or removed for them'),
      disruption: disruptionOf({ before, after }, await readScaled(context.cloud, input)),
    };
  },

  async apply({ input, target, before, after }, context) {
    await writeObject({ kind: AUTOSCALERS, place: input, target, before, after }, context, edit);
    const { place, wanted } = await readScaled(context.cloud, input);
    if (wanted === 0 || (wanted >= after.minReplicas && wanted <= after.maxReplicas)) return undefined;
    const says = `${place.name} should have ${counted(wanted, 'pod')}; ${input.name} has not brought it to ${boundsText(after)} yet.`;
    return { seconds: SYNC_SECONDS, says };
  },

  ...writtenChecks,

  // By its path, so that a heading says which of the two bounds moves.
  shown: ({ before, after }) => ({ before: edit.intent(before), after: edit.intent(after) }),

  async whenRefused({ input, before, after }, _facts, { cloud }) {
    const { intent } = edit;
    const changes = fieldChanges(intent(before), intent(after));
    return commitInstead(AUTOSCALERS, input, await readObject(cloud, AUTOSCALERS, input), changes);
  },

  async guards({ input }, { cloud }): Promise<readonly HealthCheck[]> {
    const { ready, wanted } = await readScaled(cloud, input);
    const outcome = wanted > 0 && ready === 0 ? 'bad' : 'good';
    return [{ name: 'ready pods', outcome, detail: `${ready} of ${wanted} pods are ready.` }];
  },

  inverse({ input, before, after }) {
    const says = `Set ${input.name} back to ${boundsText(before)}.`;
    const why = `Undo: back to ${boundsText(before)}.`;
    return { reversible: true, input: { ...input, ...moved({ before, after }), why }, says };
  },
});

/** The bounds that a change moves, as they were. */
const moved = ({ before, after }: { readonly before: Bounds; readonly after: Bounds }) => ({
  ...(before.minReplicas !== after.minReplicas && { minReplicas: before.minReplicas }),
  ...(before.maxReplicas !== after.maxReplicas && { maxReplicas: before.maxReplicas }),
});

const notUndone = (name: string, bound: number): ToolRefusal =>
  new ToolRefusal(
    `A bound of ${name} that this would move is ${bound} now; an undo can write ${MOST_REPLICAS} back. Leave that bound out, or say in your conclusion what it should be.`,
  );
