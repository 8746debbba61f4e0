import * as z from 'zod';
import type { RecordedFact, SwitchPosition } from '../recording.ts';
import type { PlayedCase } from '../play.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { mutationEventsIn, mutationsOf, planOf, startOf, type Mutation } from './mutations.ts';

/** Invariants about what stops an agent: the kill switch, budgets, and having no change tools at all. */

/** Positions of the switch within a stretch of the chronicle, the one at its start included. */
const positionsBetween = (entries: readonly RecordedFact[], from: number, to: number): SwitchPosition[] => {
  const at = entries.slice(0, from).findLast((entry) => entry.is === 'switch');
  const within = entries.slice(from, to).flatMap((entry) => (entry.is === 'switch' ? [entry.position] : []));
  return [at?.is === 'switch' ? at.position : 'on', ...within];
};

/** Where the attempt that made a change began: it must have found the switch in order at that time or later. */
const attemptOf = (
  { entries }: PlayedCase,
  incidentId: string,
  started: number,
  before: number,
): { entered: number; checked: number } => {
  const resumed = mutationEventsIn(entries.slice(0, before), 'apply.resumed').findLast(
    ({ at, event }) => at > started && event.incident === incidentId,
  );
  const allowed = mutationEventsIn(entries.slice(0, started), 'apply.checked').findLast(
    ({ event }) => event.incident === incidentId,
  );
  const begun = resumed?.at ?? allowed?.at ?? started;
  const entered = entries
    .slice(0, begun)
    .findLastIndex((entry) => entry.is === 'step' && entry.incidentId === incidentId);
  // One that takes up another looks at the brakes after it has written that down, and before its first call.
  return { entered, checked: resumed === undefined ? begun : before };
};

/** Whether the change had been begun before: a target that is half-way is brought to its end. */
const halfWay = (played: PlayedCase, mutation: Mutation, started: number): boolean =>
  mutationsOf(played).some(
    ({ at, call, incidentId }) =>
      at > started && at < mutation.at && incidentId === mutation.incidentId && call.outcome === 'ok',
  );

export const switchStopsChanges: Invariant = {
  name: 'no change begins while the kill switch is off',
  exercisedBy: [
    'switch turned',
    'refused: switch',
    'answers refused: switch',
    'interrupted changes not gone on with: switch',
  ],
  fault: (played) =>
    firstFault(mutationsOf(played), (mutation) => {
      const started = startOf(played, mutation);
      if (started === undefined || halfWay(played, mutation, started.at)) return undefined;
      const { entered, checked } = attemptOf(played, mutation.incidentId, started.at, mutation.at);
      const positions = positionsBetween(played.entries, Math.max(0, entered), checked);
      const fine = positions.some((one) => one === 'on' || (one === 'propose-only' && mutation.purpose === 'rollback'));
      return fine
        ? undefined
        : `${mutation.call.command} was called by an attempt that began with the switch ${positions.join(', ')}`;
    }),
};

/** Whether the change calendar was closed all through a stretch of the chronicle. */
const frozenThrough = (entries: readonly RecordedFact[], from: number, to: number): boolean => {
  const at = entries.slice(0, from).findLast((entry) => entry.is === 'calendar');
  const before = at?.is === 'calendar' && at.closed;
  return before && entries.slice(from, to).every((entry) => entry.is !== 'calendar' || entry.closed);
};

/** Those whose yes stands on the trace, and who really broke the glass for it. */
const glassBroken = ({ entries }: PlayedCase, digest: string, before: number): boolean => {
  const asked = mutationEventsIn(entries.slice(0, before), 'approval.asked').filter(
    ({ event }) => event.data.digest === digest,
  );
  const ids = asked.map(({ event }) => event.data.approvalId);
  const closed = mutationEventsIn(entries.slice(0, before), 'approval.closed').find(
    ({ event }) => event.data.digest === digest,
  );
  const by = closed?.event.data.by ?? [];
  const broke = (person: string): boolean =>
    entries
      .slice(0, before)
      .some((one) => one.is === 'clicked' && one.approver === person && one.glass && ids.includes(one.approvalId));
  return closed?.event.data.breakGlass === true && by.length > 0 && by.every(broke);
};

export const freezesHold: Invariant = {
  name: 'no change begins in a change freeze unless people broke the glass for it',
  exercisedBy: ['change freezes begun', 'change freezes broken', 'refused: calendar', 'answers refused: frozen'],
  fault: (played) =>
    firstFault(mutationsOf(played), (mutation) => {
      const started = startOf(played, mutation);
      if (started === undefined || mutation.purpose === 'rollback') return undefined;
      if (halfWay(played, mutation, started.at)) return undefined;
      const { entered, checked } = attemptOf(played, mutation.incidentId, started.at, mutation.at);
      if (!frozenThrough(played.entries, Math.max(0, entered), checked)) return undefined;
      return glassBroken(played, started.event.data.digest, started.at)
        ? undefined
        : `${mutation.call.command} was called in a change freeze`;
    }),
};

/** Minutes of the hour in which a limit is looked at here: an attempt that died may redeem what it counted 25 earlier. */
const WINDOW_MS = 35 * 60_000;
const Redeemed = z.object({ digest: z.string(), redeemedAt: z.string() });

export const ratesHold: Invariant = {
  name: 'no target is changed more often than its limit of an hour',
  exercisedBy: ['grants redeemed to apply', 'refused: rate'],
  fault: (played) => {
    const begun: { readonly arn: string; readonly at: number }[] = [];
    return firstFault(played.entries, (entry) => {
      if (entry.is !== 'redeemed' || entry.row['purpose'] !== 'apply') return undefined;
      const { digest, redeemedAt } = Redeemed.parse(entry.row);
      const arn = planOf(played, digest)?.target.arn ?? '';
      const at = Date.parse(redeemedAt);
      begun.push({ arn, at });
      const within = begun.filter((one) => one.arn === arn && one.at > at - WINDOW_MS).length;
      const most = played.rules.settings.changesPerHour.perTarget;
      return within <= most ? undefined : `${arn} was changed ${within} times, at most ${most} within an hour`;
    });
  },
};

export const readOnlyProposesNothing: Invariant = {
  name: 'a read-only agent never gets as far as a change',
  exercisedBy: ['read-only incidents', 'change calls of read-only agents'],
  fault: ({ entries, traces, rules }) =>
    firstFault(traces, ([incidentId, trace]) => {
      const agent = mutationEventsIn(entries, 'incident.opened').find(({ event }) => event.incident === incidentId)
        ?.event.data.agent;
      const readOnly = rules.agents.find((one) => one.name === agent)?.tools.change.length === 0;
      if (!readOnly) return undefined;
      const went = entries.some(
        (entry) =>
          entry.is === 'step' &&
          entry.incidentId === incidentId &&
          ['authorize', 'dry-run', 'approve'].includes(entry.step),
      );
      const wrote = trace.some((event) => ['proposal.judged', 'plan.judged', 'apply.started'].includes(event.kind));
      return went || wrote ? `${agent ?? ''} was let through to a change` : undefined;
    }),
};

const MICRO = 1_000_000;

const overspent = ({ traces, rules }: PlayedCase): string | undefined =>
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

const overtime = ({ entries, traces, rules }: PlayedCase): string | undefined =>
  firstFault(entries, (entry) => {
    if (entry.is !== 'asked-model') return undefined;
    const opened = traces.get(entry.incidentId)?.[0];
    const agent = rules.agents.find((one) => opened?.kind === 'incident.opened' && one.name === opened.data.agent);
    if (agent === undefined || opened === undefined) return undefined;
    const minutes = (entry.at - Date.parse(opened.at)) / 60_000;
    // An outage may delay a call whose money was set aside in time, by as long as the retries last.
    return minutes > agent.budget.minutes + 40
      ? `a model call after ${Math.round(minutes)} of ${agent.budget.minutes} minutes`
      : undefined;
  });

const dayOverspent = ({ entries, rules }: PlayedCase): string | undefined => {
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

/** What the provider would really bill, retries and lost answers included. */
const reallyOverspent = ({ entries, rules }: PlayedCase): string | undefined =>
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
  fault: (played) => overspent(played) ?? overtime(played) ?? dayOverspent(played) ?? reallyOverspent(played),
};
