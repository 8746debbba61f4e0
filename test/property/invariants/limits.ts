import * as z from 'zod';
import { planOf, eventsIn, type RecordedFact, type SwitchPosition } from '../recording.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { changesIn, startOf, type RecordedChange } from './recorded-changes.ts';
import { refOf } from '../../../lambdas/contracts/plan.ts';

/** Invariants about what stops an agent: kill switch, change freeze, rate, budgets, no change tools. */

/** Positions of the switch within a part of the recording, including the one at its start. */
const positionsBetween = (entries: readonly RecordedFact[], from: number, to: number): SwitchPosition[] => {
  const at = entries.slice(0, from).findLast((entry) => entry.is === 'switch');
  const within = entries.slice(from, to).flatMap((entry) => (entry.is === 'switch' ? [entry.position] : []));
  return [at?.is === 'switch' ? at.position : 'on', ...within];
};

/** Where the attempt that made a change entered its step, and where it had checked the switch. */
const attemptOf = (
  { entries }: CaseRun,
  incidentId: string,
  started: number,
  before: number,
): { entered: number; checked: number } => {
  const resumed = eventsIn(entries.slice(0, before), 'apply.resumed').findLast(
    ({ at, event }) => at > started && event.incident === incidentId,
  );
  const allowed = eventsIn(entries.slice(0, started), 'apply.checked').findLast(
    ({ event }) => event.incident === incidentId,
  );
  const begun = resumed?.at ?? allowed?.at ?? started;
  const entered = entries
    .slice(0, begun)
    .findLastIndex((entry) => entry.is === 'step' && entry.incidentId === incidentId);
  // An attempt that resumes another checks after writing `apply.resumed`, and before its first call.
  return { entered, checked: resumed === undefined ? begun : before };
};

/** Whether an earlier call of the same change succeeded. A change that is half done is finished. */
const isHalfDone = (run: CaseRun, change: RecordedChange, started: number): boolean =>
  changesIn(run).some(
    ({ at, call, incidentId }) =>
      at > started && at < change.at && incidentId === change.incidentId && call.outcome === 'ok',
  );

export const switchStopsChanges: Invariant = {
  name: 'no change begins while the kill switch is off',
  exercisedBy: [
    'switch turned',
    'refused: switch',
    'answers refused: switch',
    'interrupted changes not gone on with: switch',
  ],
  fault: (run) =>
    firstFault(changesIn(run), (change) => {
      const started = startOf(run, change);
      if (started === undefined || isHalfDone(run, change, started.at)) return undefined;
      const { entered, checked } = attemptOf(run, change.incidentId, started.at, change.at);
      const positions = positionsBetween(run.entries, Math.max(0, entered), checked);
      const fine = positions.some((one) => one === 'on' || (one === 'propose-only' && change.purpose === 'rollback'));
      return fine
        ? undefined
        : `${change.call.command} was called by an attempt that began with the switch ${positions.join(', ')}`;
    }),
};

/** Whether the change calendar was closed during a whole part of the recording. */
const isFrozenDuring = (entries: readonly RecordedFact[], from: number, to: number): boolean => {
  const at = entries.slice(0, from).findLast((entry) => entry.is === 'calendar');
  const before = at?.is === 'calendar' && at.closed;
  return before && entries.slice(from, to).every((entry) => entry.is !== 'calendar' || entry.closed);
};

/** Whether everybody whose approval is on the trace really used break-glass. */
const hasBreakGlass = ({ entries }: CaseRun, digest: string, before: number): boolean => {
  const asked = eventsIn(entries.slice(0, before), 'approval.asked').filter(
    ({ event }) => event.data.digest === digest,
  );
  const ids = asked.map(({ event }) => event.data.approvalId);
  const closed = eventsIn(entries.slice(0, before), 'approval.closed').find(
    ({ event }) => event.data.digest === digest,
  );
  const by = closed?.event.data.by ?? [];
  const usedIt = (person: string): boolean =>
    entries
      .slice(0, before)
      .some((one) => one.is === 'clicked' && one.approver === person && one.breakGlass && ids.includes(one.approvalId));
  return closed?.event.data.breakGlass === true && by.length > 0 && by.every(usedIt);
};

export const freezesHold: Invariant = {
  name: 'no change begins in a change freeze unless its approvers used break-glass',
  exercisedBy: ['change freezes begun', 'change freezes broken', 'refused: calendar', 'answers refused: frozen'],
  fault: (run) =>
    firstFault(changesIn(run), (change) => {
      const started = startOf(run, change);
      if (started === undefined || change.purpose === 'rollback') return undefined;
      if (isHalfDone(run, change, started.at)) return undefined;
      const { entered, checked } = attemptOf(run, change.incidentId, started.at, change.at);
      if (!isFrozenDuring(run.entries, Math.max(0, entered), checked)) return undefined;
      return hasBreakGlass(run, started.event.data.digest, started.at)
        ? undefined
        : `${change.call.command} was called in a change freeze`;
    }),
};

/** Shorter than the hour of the limit: an interrupted attempt may redeem its grant 25 minutes after it was counted. */
const WINDOW_MS = 35 * 60_000;
const Redeemed = z.object({ digest: z.string(), redeemedAt: z.string() });

export const ratesHold: Invariant = {
  name: 'no target is changed more often than its limit of an hour',
  exercisedBy: ['grants redeemed to apply', 'refused: rate'],
  fault: (run) => {
    const begun: { readonly arn: string; readonly at: number }[] = [];
    return firstFault(run.entries, (entry) => {
      if (entry.is !== 'redeemed' || entry.row['purpose'] !== 'apply') return undefined;
      const { digest, redeemedAt } = Redeemed.parse(entry.row);
      const plan = planOf(run, digest);
      const arn = plan === undefined ? '' : refOf(plan.target);
      const at = Date.parse(redeemedAt);
      begun.push({ arn, at });
      const within = begun.filter((one) => one.arn === arn && one.at > at - WINDOW_MS).length;
      const most = run.rules.settings.changesPerHour.perTarget;
      return within <= most ? undefined : `${arn} was changed ${within} times, at most ${most} within an hour`;
    });
  },
};

export const readOnlyProposesNothing: Invariant = {
  name: 'a read-only agent never gets as far as a change',
  exercisedBy: ['read-only incidents', 'change calls of read-only agents'],
  fault: ({ entries, traces, rules }) =>
    firstFault(traces, ([incidentId, trace]) => {
      const agent = eventsIn(entries, 'incident.opened').find(({ event }) => event.incident === incidentId)?.event.data
        .agent;
      const readOnly = rules.agents.find((one) => one.name === agent)?.tools.change.length === 0;
      if (!readOnly) return undefined;
      const went = entries.some(
        (entry) =>
          entry.is === 'step' &&
          entry.incidentId === incidentId &&
          ['authorize', 'dry-run', 'approve'].includes(entry.step),
      );
      const wrote = trace.some((event) => ['proposal.judged', 'plan.judged', 'apply.started'].includes(event.kind));
      return went || wrote ? `${agent ?? ''} got as far as a change` : undefined;
    }),
};
