import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';

/** The invariant about budgets: of an incident, of an agent's day, of the account's day. */

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
