import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { cutPercent, growPercent, percentOf } from '../aws/capacity.ts';
import { unknownCost } from '../aws/prices.ts';
import { assertNotAutoscaled } from '../kubernetes/autoscalers.ts';
import { amountsIn, askedIn } from '../kubernetes/changes/capacity.ts';
import { describeWorkload, workloadConfiguration } from '../kubernetes/changes/describe.ts';
import { dryRunWorkload } from '../kubernetes/changes/dry-run.ts';
import { changeWorkload, type WorkloadEdit } from '../kubernetes/changes/edit.ts';
import { demandOf, quotaUsePercentAfter } from '../kubernetes/changes/quota.ts';
import { impactOfRollout } from '../kubernetes/changes/impact.ts';
import { measuredPeak, type Shrinking } from '../kubernetes/changes/measured-peak.ts';
import { DONE, Progress } from '../kubernetes/changes/progress.ts';
import { fieldsIn, rolloutChecks } from '../kubernetes/changes/checks.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { fieldChanges, whenRefused } from '../kubernetes/changes/when-refused.ts';
import { rolloutOf } from '../kubernetes/rollout.ts';
import { templateOf } from '../kubernetes/template.ts';
import { counted } from '../kubernetes/text.ts';
import { readWorkload, type Workload } from '../kubernetes/workload.ts';
import { changeTool } from '../tool.ts';
import { manifest, MOST_REPLICAS } from './manifest.ts';

const State = z.strictObject({ replicas: z.int(), ...Progress.shape });

/** The server fills in 1 where a workload names no number. */
const replicasOf = ({ spec }: Workload) => ({ replicas: spec.replicas ?? 1 });

const edit: WorkloadEdit<{ replicas: number }> = {
  fields: replicasOf,
  operations: (workload, { replicas }) => [
    { op: 'test', path: '/spec/replicas', value: replicasOf(workload).replicas },
    { op: 'replace', path: '/spec/replicas', value: replicas },
  ],
  intent: ({ replicas }) => ({ spec: { replicas } }),
};

/** Each pod stays as it is, and there are fewer of them. */
const shrinkingOf = (workload: Workload, pods: NonNullable<Shrinking['pods']>): Shrinking => {
  const template = templateOf(workload);
  const names = template.spec.containers.map(({ name }) => name);
  return { units: amountsIn(template).map((is, at) => ({ container: names[at], before: is, after: is })), pods };
};

export const tool = changeTool(manifest, State, {
  describe: (input, context) => describeWorkload(input, context, replicasOf),

  configuration: workloadConfiguration,

  predict({ name, replicas }, before) {
    if (replicas === before.replicas) throw new ToolRefusal(`${name} already has ${counted(replicas, 'replica')}.`);
    if (before.replicas > MOST_REPLICAS)
      throw new ToolRefusal(
        `${name} has ${before.replicas} replicas; an undo can write ${MOST_REPLICAS} back. Say in your conclusion how many would help.`,
      );
    return { replicas, ...DONE };
  },

  shown: ({ before, after }) => ({ before: fieldsIn(before), after: fieldsIn(after) }),

  async facts({ input, before, after }, context) {
    const { cloud } = context;
    await assertNotAutoscaled(cloud, input);
    const workload = await readWorkload(cloud, input.kind, input);
    // Refuses what would never be complete: with a rollout that does not go on by itself, nobody could tell it from one that does.
    if (workload.spec.paused || !before.rolledOut) impactOfRollout(input.kind, workload);
    const { ready } = rolloutOf(input.kind, workload);
    const pods = { before: before.replicas, after: after.replicas };
    const leaving = Math.min(ready, Math.max(0, pods.before - pods.after));
    const amounts = askedIn(templateOf(workload));
    const demand = demandOf({ before: amounts, after: amounts }, { added: pods.after - pods.before, replaced: 0 });
    const [quota, peak] = await Promise.all([
      quotaUsePercentAfter(cloud, input, demand),
      measuredPeak(context, input, shrinkingOf(workload, pods)),
    ]);
    return {
      cutPercent: cutPercent(pods),
      growPercent: growPercent(pods),
      peakUsePercentAfter: peak.percent,
      fleetSize: before.replicas,
      fleetAffectedPercent: percentOf(leaving, ready),
      inServiceAfter: ready - leaving,
      downtimeSeconds: 0,
      unitsRemoved: Math.max(0, pods.before - pods.after),
      quotaUsePercentAfter: quota,
      gitOpsManaged: gitOpsOf(workload.metadata) !== undefined,
    };
  },

  losses: async () => [],

  async dryRun(change, context) {
    const { input, before, after } = change;
    const workload = await readWorkload(context.cloud, input.kind, input);
    const pods = { before: before.replicas, after: after.replicas };
    const peak = await measuredPeak(context, input, shrinkingOf(workload, pods));
    return {
      checks: [
        ...(await dryRunWorkload(change, context, edit)),
        ...peak.checks,
        ...sourceChecks(workload.metadata, ['spec.replicas']),
      ],
      writtenBackAfter: writtenBackAfter(workload.metadata),
      cost: unknownCost('pods have no list price; nodes are paid for, and may be added or removed for them'),
      disruption:
        after.replicas > before.replicas
          ? {
              level: 'none',
              says: `${counted(after.replicas - before.replicas, 'pod')} more; those that run are not touched.`,
            }
          : {
              level: 'brief',
              says: `${counted(before.replicas - after.replicas, 'pod')} fewer, each with its grace period.`,
            },
    };
  },

  apply: (change, context) => changeWorkload(change, context, edit),

  ...rolloutChecks,

  async whenRefused({ input, before, after }, facts, context) {
    const workload = await readWorkload(context.cloud, input.kind, input);
    const changes = fieldChanges(edit.intent(before), edit.intent(after));
    const shrinking = shrinkingOf(workload, { before: before.replicas, after: after.replicas });
    return whenRefused(context, input, workload, { changes, shrinking, facts });
  },

  inverse({ input, before: { replicas } }) {
    const says = `Set ${input.name} back to ${counted(replicas, 'replica')}.`;
    return { reversible: true, input: { ...input, replicas, why: `Undo: back to ${replicas} replicas.` }, says };
  },
});
