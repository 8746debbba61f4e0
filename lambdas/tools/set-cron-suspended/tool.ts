import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { DryRunReport } from '../../contracts/plan.ts';
import { dryRunObject } from '../kubernetes/changes/dry-run-object.ts';
import { readObject } from '../kubernetes/changes/object.ts';
import { describeObject, Released, RELEASED, writtenChecks } from '../kubernetes/changes/plain-object.ts';
import { writeObject, type ObjectEdit } from '../kubernetes/changes/write-object.ts';
import { counted } from '../kubernetes/text.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { commitInstead, fieldChanges } from '../kubernetes/changes/when-refused.ts';
import { changeTool } from '../tool.ts';
import { CRON_JOBS, scheduleText, type CronJob } from './cron-job.ts';
import { manifest } from './manifest.ts';

const State = z.strictObject({ suspended: z.boolean(), ...Released.shape });

const edit: ObjectEdit<CronJob, { suspended: boolean }> = {
  fields: ({ spec }) => ({ suspended: spec.suspend }),
  operations: (_, { suspended }) => [{ op: 'add', path: '/spec/suspend', value: suspended }],
  intent: ({ suspended }) => ({ spec: { suspend: suspended } }),
};

export const tool = changeTool(manifest, State, {
  describe: (input, context) =>
    describeObject(CRON_JOBS, { ...input, targetKind: manifest.targetKind }, context, edit.fields),

  async configuration(input, { cloud }) {
    const cronJob = await readObject(cloud, CRON_JOBS, input);
    const { concurrencyPolicy, startingDeadlineSeconds } = cronJob.spec;
    return {
      schedule: scheduleText(cronJob),
      concurrencyPolicy,
      startingDeadlineSeconds: startingDeadlineSeconds ?? null,
      owners: cronJob.metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`).sort(),
    };
  },

  predict({ name, suspended }, before) {
    if (suspended === before.suspended)
      throw new ToolRefusal(
        suspended
          ? `${name} is suspended already: it starts no Jobs. Look for what else does the harm.`
          : `${name} is not suspended: it starts Jobs by its schedule. Look at its last Jobs for why they fail.`,
      );
    return { suspended, ...RELEASED };
  },

  async facts({ input }, { cloud }) {
    const { metadata, status } = await readObject(cloud, CRON_JOBS, input);
    // Jobs that run go on, whichever way.
    const running = status.active.length;
    return {
      fleetSize: running,
      fleetAffectedPercent: 0,
      inServiceAfter: running,
      downtimeSeconds: 0,
      gitOpsManaged: gitOpsOf(metadata) !== undefined,
    };
  },

  losses: async () => [],

  async dryRun({ input, after }, context) {
    const cronJob = await readObject(context.cloud, CRON_JOBS, input);
    const planned = { kind: CRON_JOBS, place: input, after };
    return {
      checks: [...(await dryRunObject(planned, context, edit)), ...sourceChecks(cronJob.metadata, ['spec.suspend'])],
      writtenBackAfter: writtenBackAfter(cronJob.metadata),
      cost: { deltaCentsPerMonth: 0, says: 'a CronJob costs nothing by itself' },
      disruption: disruptionOf(cronJob, after.suspended),
    };
  },

  async apply({ input, target, before, after }, context) {
    await writeObject({ kind: CRON_JOBS, place: input, target, before, after }, context, edit);
    return undefined;
  },

  ...writtenChecks,

  // Words, since false → true says nothing in a heading.
  shown: ({ before, after }) => ({ before: { schedule: inWords(before) }, after: { schedule: inWords(after) } }),

  async whenRefused({ input, before, after }, _facts, { cloud }) {
    const { intent } = edit;
    const changes = fieldChanges(intent(before), intent(after));
    return commitInstead(CRON_JOBS, input, await readObject(cloud, CRON_JOBS, input), changes);
  },

  inverse({ input, before: { suspended } }) {
    const says = suspended ? `Suspend ${input.name} again.` : `Let ${input.name} start Jobs again.`;
    return { reversible: true, input: { ...input, suspended, why: `Undo: ${says}` }, says };
  },
});

const inWords = ({ suspended }: { readonly suspended: boolean }): string => (suspended ? 'suspended' : 'active');

/** How it is felt, for the approver. */
const disruptionOf = (cronJob: CronJob, suspended: boolean): DryRunReport['disruption'] => {
  const running = counted(cronJob.status.active.length, 'Job');
  const untouched = `${running} of it ${cronJob.status.active.length === 1 ? 'runs' : 'run'} and will not be touched`;
  if (suspended)
    return {
      level: 'brief',
      says: `It starts no more Jobs: runs that are due by ${scheduleText(cronJob)} are missed until it is resumed. ${untouched}.`,
    };
  const { startingDeadlineSeconds } = cronJob.spec;
  const missed =
    typeof startingDeadlineSeconds === 'number'
      ? `A run that was missed in the last ${startingDeadlineSeconds} s starts at once`
      : 'It has no starting deadline, so the last run that was missed starts at once';
  return { level: 'none', says: `It starts Jobs by ${scheduleText(cronJob)} again. ${missed}. ${untouched}.` };
};
