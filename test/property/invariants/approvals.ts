import * as z from 'zod';
import { isKind, type TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { type Plan, providerOfTarget, refOf } from '../../../lambdas/contracts/plan.ts';
import { digestOf } from '../../../lambdas/kernel/trace/canonical.ts';
import { AWS } from '../../../lambdas/contracts/tool.ts';
import { WITH_FLAGS } from '../../fakes/flag-provider/installed.ts';
import { PEOPLE } from '../fakes/people.ts';
import type { CaseRun } from '../flow.ts';
import { planOf, eventsIn, type RecordedFact } from '../recording.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { everyChange, flagValue, startOf, targetAndValue, type RecordedChange } from './recorded-changes.ts';
import { offClusterPlan } from './cluster-writes.ts';
import { wasUnattended } from './unattended.ts';

/** Invariants about approvals and grants. */

/** How many approvals a plan needs: two for an irreversible change in production. `questionsNeedTwoPeople` knows of more. */
const neededFor = (plan: Plan): number =>
  plan.target.environment === 'production' && !plan.inverse.reversible ? 2 : 1;

const MAY_APPROVE = new Set([PEOPLE.sre, PEOPLE.owner]);

/** What people did about one plan, or somebody else with a link in their name, before an index of the recording. */
const clicksOn = ({ entries }: CaseRun, digest: string, before: number) => {
  const asked = eventsIn(entries.slice(0, before), 'approval.asked').filter(
    ({ event }) => event.data.digest === digest,
  );
  const ids = new Set(asked.map(({ event }) => event.data.approvalId));
  return entries
    .slice(0, before)
    .filter((entry) => (entry.is === 'clicked' || entry.is === 'impersonated') && ids.has(entry.approvalId));
};

type Click = Extract<RecordedFact, { is: 'clicked' | 'impersonated' }>;
const isApproval = (click: RecordedFact): click is Click =>
  click.is === 'impersonated' || (click.is === 'clicked' && click.answer === 'approve');

/** Why a change was not approved; undefined if enough people, or policy, had approved it. */
const missingApproval = (
  run: CaseRun,
  plan: Plan,
  started: { readonly at: number; readonly event: TraceEventOf<'apply.started'> },
  change: RecordedChange,
): string | undefined => {
  const { digest } = started.event.data;
  const before = run.entries.slice(0, started.at);
  // Policy let it through: `policyAloneIsKept` judges whether it may.
  if (wasUnattended(run, change)) return undefined;
  const closed = eventsIn(before, 'approval.closed').find(({ event }) => event.data.digest === digest);
  if (closed?.event.data.outcome !== 'granted') return 'there is no approval on the trace';
  const approvers = new Set(
    clicksOn(run, digest, closed.at).flatMap((click) =>
      isApproval(click) && MAY_APPROVE.has(click.approver) ? [click.approver] : [],
    ),
  );
  const invented = closed.event.data.by.filter((person) => !approvers.has(person));
  if (invented.length > 0) return `${invented.join(', ')} never approved it`;
  const by = new Set(closed.event.data.by);
  return by.size >= neededFor(plan) ? undefined : `${by.size} of ${neededFor(plan)} people approved it`;
};

/** Plans that were denied or expired, with the index of the event that says so. */
const rejectedPlans = ({ entries }: CaseRun): { readonly at: number; readonly digest: string }[] =>
  entries.flatMap((entry, at) =>
    entry.is === 'event' && isKind(entry.event, 'approval.closed') && entry.event.data.outcome !== 'granted'
      ? [{ at, digest: entry.event.data.digest }]
      : [],
  );

const Settings = z.object({ instanceType: z.string().optional(), desired: z.number().optional() });

/** The values that the calls of a plan may set: the new one and, to undo it, the old one. */
const valuesOf = ({ before, after }: { readonly before: Json; readonly after: Json }): unknown[] =>
  [before, after].flatMap((state) => [...Object.values(Settings.safeParse(state).data ?? {}), flagValue(state)]);

const ungranted = (change: RecordedChange, run: CaseRun): string | undefined => {
  const started = startOf(run, change);
  if (started === undefined) return 'there is no apply.started before it';
  const { digest, grantId, tool, targetArn } = started.event.data;
  const plan = planOf(run, digest);
  if (plan === undefined || digestOf(plan) !== digest) return 'its plan is not on the trace as it was digested';
  if (plan.incidentId !== change.incidentId || plan.tool !== tool) return 'its plan is another one';
  const redeemed = run.entries.findIndex((entry) => entry.is === 'redeemed' && entry.grantId === grantId);
  const row = run.entries[redeemed];
  if (row?.is !== 'redeemed' || redeemed > started.at) return 'no grant had been redeemed for it';
  if (
    row.row['digest'] !== digest ||
    row.row['incidentId'] !== change.incidentId ||
    row.row['purpose'] !== change.purpose
  )
    return 'the grant was for something else';
  return missingApproval(run, plan, started, change) ?? offPlan(change, plan, targetArn);
};

const offPlan = (change: RecordedChange, plan: Plan, targetArn: string): string | undefined => {
  const { call, credentialsFor, session } = change;
  const manifest = WITH_FLAGS.catalogue.manifests.find((one) => one.name === plan.tool);
  const listed =
    manifest?.kind === 'change' &&
    manifest.changes.some(({ service, command }) => service === call.service && command === call.command);
  if (!listed) return `it is not a call of ${plan.tool}`;
  if (session !== undefined) return offClusterPlan(change, plan, targetArn);
  // The simulated AWS enforces the session policy itself.
  if (providerOfTarget(plan.target) !== AWS && credentialsFor !== refOf(plan.target))
    return `its credentials were for ${credentialsFor ?? 'anything'}`;
  const { target, value } = targetAndValue(call.input);
  if (target !== plan.target.id || targetArn !== refOf(plan.target)) return `its target is ${target}`;
  return value === undefined || valuesOf(plan).includes(value) ? undefined : `it sets ${JSON.stringify(value)}`;
};

export const noChangeWithoutGrant: Invariant = {
  name: 'every change is under a grant redeemed for exactly that plan',
  exercisedBy: [
    'mutating calls',
    'grants redeemed to apply',
    'grants redeemed to roll back',
    'changes that policy let through',
    'direct calls of apply',
    'forged grants',
    'refused: target',
    'refused: policy',
    'refused: dry-run',
    'refused: trace',
    'refused: grant',
    'refused: drift',
    'mutating calls (flags)',
    'grants redeemed to apply (flags)',
    'grants redeemed to roll back (flags)',
    'mutating calls (kubernetes)',
    'grants redeemed to apply (kubernetes)',
    'grants redeemed to roll back (kubernetes)',
    'releases of fields',
  ],
  fault: everyChange(ungranted),
};

/** Approvers of a grant that was redeemed who never answered on the page, or who were not sent a receipt before. */
const unreceipted = (run: CaseRun, grantId: string, at: number): string | undefined => {
  const before = run.entries.slice(0, at);
  const grants = eventsIn(before, 'grant.issued').flatMap(({ event }) => event.data.grants);
  const grant = grants.find(({ id }) => id === grantId);
  const people = (grant?.approvers ?? []).filter((approver) => !approver.startsWith('policy:'));
  return firstFault(people, (person) => {
    const answered = clicksOn(run, grant?.digest ?? '', at).some(
      (click) => isApproval(click) && click.approver === person,
    );
    if (!answered) return `${person} never answered on the page`;
    const sent = before.some(
      (entry) =>
        entry.is === 'message' &&
        entry.message.about === 'receipt' &&
        entry.message.audience === person &&
        entry.message.text.includes(grant?.digest ?? ''),
    );
    return sent ? undefined : `${person} got no receipt`;
  });
};

export const approversGetReceipts: Invariant = {
  name: 'no grant is redeemed unless each of its approvers answered on the page and was sent a receipt',
  exercisedBy: ['grants redeemed to apply', 'receipts sent', 'approvals forged by Ask', 'links posted by Ask'],
  fault: (run) =>
    firstFault(run.entries.entries(), ([at, entry]) =>
      entry.is === 'redeemed' ? unreceipted(run, entry.grantId, at) : undefined,
    ),
};

export const grantsAreSingleUse: Invariant = {
  name: 'no grant is redeemed twice',
  exercisedBy: ['grants redeemed to apply', 'refused: grant used before'],
  fault: ({ entries }) => {
    const ids = new Set<string>();
    const purposes = new Set<string>();
    return firstFault(entries, (entry) => {
      if (entry.is === 'redeemed') {
        const key = JSON.stringify([entry.row['digest'], entry.row['purpose']]);
        const again = ids.has(entry.grantId) || purposes.has(key);
        ids.add(entry.grantId);
        purposes.add(key);
        return again ? `${entry.grantId} is the second one for ${key}` : undefined;
      }
      if (entry.is !== 'event' || !isKind(entry.event, 'apply.started')) return undefined;
      return ids.has(entry.event.data.grantId) ? undefined : `${entry.event.data.grantId} was used and never redeemed`;
    });
  },
};

export const rejectedIsNeverApplied: Invariant = {
  name: 'what was denied or left unanswered is never applied',
  exercisedBy: [
    'plans denied',
    'plans expired',
    'answers refused: expired',
    'answers refused: decided',
    'answers refused: not-entitled',
    'refused: approval',
  ],
  fault: (run) =>
    firstFault(rejectedPlans(run), ({ at, digest }) =>
      eventsIn(run.entries.slice(at), 'apply.started').some(({ event }) => event.data.digest === digest)
        ? `${digest} was applied`
        : undefined,
    ),
};
