import * as z from 'zod';
import { POLICY_APPROVER } from '../../../lambdas/contracts/grant.ts';
import { capacityOf, targetOf } from '../fakes/account.ts';
import type { CaseRun } from '../flow.ts';
import type { Invariant } from './invariant.ts';
import { changesIn, everyChange, startOf, targetAndValue, type RecordedChange } from './recorded-changes.ts';
import { eventsIn } from '../recording.ts';

/** The invariant about changes that no person approved. It is judged by case and account, not by the trace. */

/** Whether a change was made under a grant that names a policy as an approver. */
export const wasUnattended = (run: CaseRun, change: RecordedChange): boolean => {
  const grantId = startOf(run, change)?.event.data.grantId;
  return eventsIn(run.entries, 'grant.issued')
    .flatMap(({ event }) => event.data.grants)
    .some((grant) => grant.id === grantId && grant.approvers.some((one) => one.startsWith(POLICY_APPROVER)));
};

/** The capacities that the group had until a change, the last one last. */
const capacitiesBefore = (run: CaseRun, { at }: RecordedChange): number[] => {
  const { setting } = run.testCase;
  const set = changesIn(run)
    .filter(({ at: earlier, call }) => earlier < at && call.outcome === 'ok')
    .map(({ call }) => targetAndValue(call.input))
    .flatMap(({ target, value }) => (target === targetOf(setting).group && typeof value === 'number' ? [value] : []));
  return [capacityOf(setting), ...set];
};

/** A write of replicas, with the number that the cluster itself compared with. */
const Growth = z.object({
  body: z.array(z.object({ op: z.string(), path: z.string(), value: z.unknown() }).partial({ value: true })),
});

/** Why a change in a cluster that no person approved is not the growth of a workload; undefined if it is. */
const notGrowth = ({ call, session, purpose }: RecordedChange): string | undefined => {
  if (session?.tool !== 'scale_workload') return 'policy permits only to grow a workload without a person';
  const operations = Growth.parse(call.input).body.filter(({ path }) => path === '/spec/replicas');
  const [was, is] = ['test', 'replace'].map((op) => Number(operations.find((one) => one.op === op)?.value));
  if (was === undefined || is === undefined || operations.length === 0 || purpose === 'rollback') return undefined;
  return is >= was ? undefined : `it sets ${is} replicas after ${was}`;
};

/** Why the one permit of `flow.ts` does not let this change through; undefined if it does. */
const notPermitted = (change: RecordedChange, run: CaseRun): string | undefined => {
  if (!wasUnattended(run, change)) return undefined;
  const { setting } = run.testCase;
  const { target, value } = targetAndValue(change.call.input);
  if (setting.policies !== 'unattended') return 'no policy permits any change without a person';
  if (setting.environment === 'production') return 'in production a person must approve';
  if (setting.protected) return 'its target is protected';
  if (change.session !== undefined) return notGrowth(change);
  if (change.call.command !== 'SetDesiredCapacity') return 'policy permits only to grow a group without a person';
  if (target !== targetOf(setting).group || !setting.scenario.endsWith('fleet')) return `its target is ${target}`;
  // Somebody else sets the capacity too.
  if (setting.aws.includes('drift-early')) return undefined;
  const capacities = capacitiesBefore(run, change);
  const fits =
    typeof value === 'number' &&
    (change.purpose === 'rollback' ? capacities.includes(value) : value >= (capacities.at(-1) ?? Infinity));
  return fits ? undefined : `it sets ${value} after ${capacities.join(', ')}`;
};

export const policyAloneIsKept: Invariant = {
  name: 'nothing is changed without a person that policy does not let through, whatever Authorize signs',
  exercisedBy: [
    'changes that policy let through',
    'attacks by a compromised Authorize',
    'attacks by a compromised Authorize with a key',
    'changes refused by the facts of now: policy',
  ],
  fault: everyChange(notPermitted),
};
