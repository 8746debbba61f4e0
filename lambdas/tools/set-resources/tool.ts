import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { canonicalQuantity } from '../kubernetes/canonical-quantity.ts';
import { fieldsIn, rolloutChecks } from '../kubernetes/changes/checks.ts';
import { describeWorkload, workloadConfiguration } from '../kubernetes/changes/describe.ts';
import { dryRunWorkload } from '../kubernetes/changes/dry-run.ts';
import { changeWorkload } from '../kubernetes/changes/edit.ts';
import { disruptionOf, impactOfRollout, surgeOfRollout } from '../kubernetes/changes/impact.ts';
import { measuredPeak } from '../kubernetes/changes/measured-peak.ts';
import { DONE, Progress } from '../kubernetes/changes/progress.ts';
import { demandOf, quotaUsePercentAfter } from '../kubernetes/changes/quota.ts';
import { gitOpsOf, sourceChecks, writtenBackAfter } from '../kubernetes/changes/source.ts';
import { fieldChanges, whenRefused } from '../kubernetes/changes/when-refused.ts';
import { nanosOf } from '../kubernetes/quantity.ts';
import { counted } from '../kubernetes/text.ts';
import { requestPrices } from '../kubernetes/request-prices.ts';
import { readWorkload } from '../kubernetes/workload.ts';
import { changeTool, type Change } from '../tool.ts';
import { autoscalingChecks } from './autoscaling-checks.ts';
import { assertProposable } from './bounds.ts';
import { requestsCost } from './cost.ts';
import { amountFacts } from './facts.ts';
import { Amounts, editOf } from './fields.ts';
import { manifest } from './manifest.ts';
import { cutsCpu, podGuards } from './pod-guards.ts';
import { judgedUnits, podsOf } from './pods.ts';
import { throttlingGuard } from './throttling-guard.ts';

const State = z.strictObject({ ...Amounts.shape, ...Progress.shape });

export const tool = changeTool(manifest, State, {
  describe: (input, context) => describeWorkload(input, context, editOf(input.container).fields),

  configuration: workloadConfiguration,

  predict({ name, container, requests, limits }, { requests: asked, limits: limited }) {
    const cpu = amountAfter(requests.cpu, asked.cpu);
    const memory = amountAfter(requests.memory, asked.memory);
    const limit = amountAfter(limits.memory, limited.memory);
    if (cpu === asked.cpu && memory === asked.memory && limit === limited.memory)
      throw new ToolRefusal(
        `${container} of ${name} has these amounts already: ${amountsText({ requests: asked, limits: limited })}.`,
      );
    return { requests: { cpu, memory }, limits: { memory: limit }, ...DONE };
  },

  shown: ({ input: { container }, before, after }) => ({
    before: { [container]: fieldsIn(before) },
    after: { [container]: fieldsIn(after) },
  }),

  async facts({ input, before, after }, context) {
    const { cloud } = context;
    const workload = await readWorkload(cloud, input.kind, input);
    const pods = await podsOf(cloud, input, workload, after);
    assertProposable(input.container, workload, { before, after }, pods);
    const impact = impactOfRollout(input.kind, workload);
    const amounts = { before: pods.before.total, after: pods.after.total };
    const rollout = { added: surgeOfRollout(input.kind, workload), replaced: impact.fleetSize };
    const [quota, peak] = await Promise.all([
      quotaUsePercentAfter(cloud, input, demandOf(amounts, rollout)),
      measuredPeak(context, input, { units: judgedUnits(pods) }),
    ]);
    return {
      ...amountFacts(pods),
      ...impact,
      peakUsePercentAfter: peak.percent,
      quotaUsePercentAfter: quota,
      gitOpsManaged: gitOpsOf(workload.metadata) !== undefined,
    };
  },

  losses: async () => [],

  async dryRun(change, context) {
    const { input, after } = change;
    const workload = await readWorkload(context.cloud, input.kind, input);
    const pods = await podsOf(context.cloud, input, workload, after);
    const impact = impactOfRollout(input.kind, workload);
    const { level, says } = disruptionOf(impact);
    const measured = await measuredPeak(context, input, { units: judgedUnits(pods) });
    const prices = await requestPrices(context.cloud, input);
    return {
      checks: [
        ...(await dryRunWorkload(change, context, editOf(input.container))),
        ...(await autoscalingChecks(context.cloud, input, pods)),
        ...measured.checks,
        ...sourceChecks(
          workload.metadata,
          changesOf(change).map(({ path }) => path),
        ),
      ],
      writtenBackAfter: writtenBackAfter(workload.metadata),
      cost: requestsCost(
        { cluster: input.cluster, unit: pods.unit, pods: impact.fleetSize, peaks: measured.peaks },
        prices,
      ),
      disruption: { level, says: `${says} Each of ${counted(impact.fleetSize, 'pod')} is made anew.` },
    };
  },

  apply: (change, context) => changeWorkload(change, context, editOf(change.input.container)),

  ...rolloutChecks,

  guards: async (change, context, since) => [
    ...(await rolloutChecks.guards(change, context)),
    ...(await podGuards(context.cloud, change.input, change, since)),
    ...(cutsCpu(change) ? [await throttlingGuard(context, change.input, since)] : []),
  ],

  async whenRefused(change, facts, context) {
    const { input, after } = change;
    const workload = await readWorkload(context.cloud, input.kind, input);
    const { unit } = await podsOf(context.cloud, input, workload, after);
    return whenRefused(context, input, workload, {
      changes: changesOf(change),
      shrinking: { units: judgedUnits({ unit }) },
      facts,
    });
  },

  inverse({ input, before: { requests, limits } }) {
    const says = `Set ${input.container} of ${input.name} back to ${amountsText({ requests, limits })}.`;
    const why = `Undo: back to ${amountsText({ requests, limits })}.`;
    return { reversible: true, input: { ...input, requests, limits, why }, says };
  },
});

/** The fields that change, in the workload. */
const changesOf = ({ input, before, after }: Change<{ readonly container: string }, Amounts>) => {
  const { intent } = editOf(input.container);
  return fieldChanges(intent(before), intent(after));
};

/** As the API server will write it; what is there already stays as it is written there. */
const amountAfter = (wanted: string | null | undefined, found: string | null): string | null => {
  if (wanted === undefined) return found;
  if (wanted === null || found === null) return wanted === null ? null : canonicalQuantity(wanted);
  return nanosOf(wanted) === nanosOf(found) ? found : canonicalQuantity(wanted);
};

const amountsText = ({ requests, limits }: Amounts): string =>
  `requests of ${requests.cpu ?? 'no'} CPU and ${requests.memory ?? 'no'} memory, limit of ${limits.memory ?? 'no'} memory`;
