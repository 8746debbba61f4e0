import * as z from 'zod';
import type { RecordedFact, SwitchPosition } from '../recording.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { eventsIn, changesIn, planOf, startOf, type RecordedChange } from './recorded-changes.ts';

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
      const arn = planOf(run, digest)?.target.arn ?? '';
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

const MICRO = 1_000_000;

const overspent = ({ traces, rules }: CaseRun): string | undefined =>
  firstFault(traces, ([, trace]) => {
    const opened = trace.find((event) => event.kind === 'incident.opened');
    const agent = rules.agents.find((one) => opened?.kind === 'incident.opened' && one.name === opened.data.agent);
    if (agent === undefined) return undefined;
    const turns = trace.flatMap((event) => (event.kind === 'model.called' ? [event.data] : []));
    const tokens = turns.reduce(
      (sum, { usage }) => sum + usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      0,
    );
    const microUsd = turns.reduce((sum, turn) => sum + turn.costMicroUsd, 0);
    const { budget } = agent;
    if (turns.length > budget.turns) return `${turns.length} of ${budget.turns} turns`;
    if (tokens > budget.tokens) return `${tokens} of ${budget.tokens} tokens`;
    return microUsd > budget.dollars * MICRO ? `${microUsd} of ${budget.dollars * MICRO} micro-USD` : undefined;
  });

const overtime = ({ entries, traces, rules }: CaseRun): string | undefined =>
  firstFault(entries, (entry) => {
    if (entry.is !== 'asked-model') return undefined;
    const opened = traces.get(entry.incidentId)?.[0];
    const agent = rules.agents.find((one) => opened?.kind === 'incident.opened' && one.name === opened.data.agent);
    if (agent === undefined || opened === undefined) return undefined;
    const minutes = (entry.at - Date.parse(opened.at)) / 60_000;
    // An outage delays a call whose budget was reserved in time, by as long as the retries last.
    return minutes > agent.budget.minutes + 40
      ? `a model call after ${Math.round(minutes)} of ${agent.budget.minutes} minutes`
      : undefined;
  });

const dayOverspent = ({ entries, rules }: CaseRun): string | undefined => {
  const { dollars, incidents } = rules.settings.accountBudgetPerDay;
  return firstFault(entries, (entry) => {
    if (entry.is !== 'spent') return undefined;
    const agent = rules.agents.find((one) => entry.row.startsWith(`agent#${one.name}#`));
    const ceiling = agent?.budgetPerDay ?? { dollars, incidents };
    const { microUsd = 0, incidents: count = 0 } = entry.totals;
    return microUsd > ceiling.dollars * MICRO || count > ceiling.incidents
      ? `${entry.row} came to ${microUsd} micro-USD and ${count} incidents`
      : undefined;
  });
};

/** What the model provider would bill, including retries and lost answers. */
const overbilled = ({ entries, rules }: CaseRun): string | undefined =>
  firstFault(rules.agents, (agent) => {
    const billed = entries.reduce(
      (sum, entry) => sum + (entry.is === 'billed' && entry.agent === agent.name ? entry.microUsd : 0),
      0,
    );
    return billed > agent.budgetPerDay.dollars * MICRO
      ? `${agent.name} was billed ${billed} micro-USD in a day`
      : undefined;
  });

export const budgetsHold: Invariant = {
  name: 'no budget is exceeded',
  exercisedBy: [
    'budget spent: turns',
    'budget spent: tokens',
    'budget spent: dollars',
    'budget spent: minutes',
    'budget spent: agent dollars a day',
    'budget spent: account dollars a day',
    'incidents over the budget of the day',
    'model outages',
  ],
  fault: (run) => overspent(run) ?? overtime(run) ?? dayOverspent(run) ?? overbilled(run),
};
