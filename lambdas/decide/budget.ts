import type { Agent } from '../contracts/agent.ts';
import type { EventData, TraceEvent } from '../contracts/events.ts';
import type { Rules } from '../contracts/rules.ts';
import { dayKeys } from '../kernel/day-budget.ts';
import { priceOf, unknownModelAdvice, worstCaseMicroUsd } from '../kernel/model-prices.ts';
import { openingOf, usageOf } from '../kernel/trace.ts';
import type { Ledger } from '../ports.ts';

/** Tokens that one answer may have. A turn is a few tool calls and a thought, not an essay. */
export const MAX_ANSWER_TOKENS = 4096;

/** Characters per token, on the low side (English prose is near 4, JSON near 3), so that estimates err upward. */
const CHARACTERS_PER_TOKEN = 3;

/** Either money is set aside for the next turn, or the reason why there is no next turn. */
type Reservation = EventData<'budget.checked'>;

const spent = (which: string, limit: number, used: number, reason: string): Reservation => ({
  allowed: false,
  which,
  limit,
  used,
  reason,
});

/** The incident's own ceilings, from what is on its trace. Pure. */
const incidentCeiling = (
  agent: Agent,
  events: readonly TraceEvent[],
  now: Date,
  nextMicroUsd: number,
  nextTokens: number,
): Reservation | undefined => {
  const { budget } = agent;
  const used = usageOf(events);
  const minutes = Math.floor((now.getTime() - Date.parse(openingOf(events).at)) / 60_000);
  if (used.turns >= budget.turns)
    return spent('turns', budget.turns, used.turns, `All ${budget.turns} turns are used.`);
  if (minutes >= budget.minutes)
    return spent('minutes', budget.minutes, minutes, `The incident has taken ${minutes} of ${budget.minutes} minutes.`);
  if (used.tokens + nextTokens > budget.tokens)
    return spent(
      'tokens',
      budget.tokens,
      used.tokens,
      `Another turn could take ${nextTokens} tokens; ${used.tokens} of ${budget.tokens} are used.`,
    );
  const limit = Math.floor(budget.dollars * 1_000_000);
  if (used.microUsd + nextMicroUsd > limit)
    return spent(
      'dollars',
      budget.dollars,
      used.microUsd / 1_000_000,
      `Another turn could cost more than what is left of ${budget.dollars} dollars.`,
    );
  return undefined;
};

/**
 * Sets the worst case of one turn aside, in the incident, for the agent's day and for the account's day,
 * before the model is called. Any ceiling that cannot take it means no call (fail closed).
 */
export const reserve = async (
  ledger: Ledger,
  rules: Rules,
  agent: Agent,
  events: readonly TraceEvent[],
  now: Date,
  characters: number,
): Promise<Reservation> => {
  if (priceOf(agent.model) === undefined)
    return spent('dollars', agent.budget.dollars, 0, unknownModelAdvice(agent.model));
  const inputTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const microUsd = worstCaseMicroUsd(agent.model, inputTokens, MAX_ANSWER_TOKENS);
  const ceiling = incidentCeiling(agent, events, now, microUsd, inputTokens + MAX_ANSWER_TOKENS);
  if (ceiling !== undefined) return ceiling;
  const keys = dayKeys(agent.name, now);
  const agentLimit = Math.floor(agent.budgetPerDay.dollars * 1_000_000);
  const forAgent = await ledger.add(keys.agent, { microUsd }, { microUsd: agentLimit });
  const agentDay = forAgent.totals['microUsd'] ?? 0;
  if (!forAgent.added)
    return spent(
      'agent dollars a day',
      agent.budgetPerDay.dollars,
      agentDay / 1_000_000,
      `Agent ${agent.name} has spent its money for today (UTC).`,
    );
  const accountLimit = Math.floor(rules.settings.accountBudgetPerDay.dollars * 1_000_000);
  const forAccount = await ledger.add(keys.account, { microUsd }, { microUsd: accountLimit });
  const accountDay = forAccount.totals['microUsd'] ?? 0;
  if (!forAccount.added) {
    await ledger.add(keys.agent, { microUsd: -microUsd });
    return spent(
      'account dollars a day',
      rules.settings.accountBudgetPerDay.dollars,
      accountDay / 1_000_000,
      'The account has spent its money for today (UTC).',
    );
  }
  const turn = usageOf(events).turns + 1;
  return { allowed: true, turn, microUsd, agentDayMicroUsd: agentDay, accountDayMicroUsd: accountDay };
};

/** Gives back what the call did not use. A crash before this leaves too much set aside, never too little. */
export const settle = async (
  ledger: Ledger,
  agent: string,
  reservedAt: Date,
  reserved: number,
  cost: number,
): Promise<void> => {
  const keys = dayKeys(agent, reservedAt);
  await ledger.add(keys.agent, { microUsd: cost - reserved });
  await ledger.add(keys.account, { microUsd: cost - reserved });
};
