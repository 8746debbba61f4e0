import type { Agent } from '../../contracts/agent.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import type { RowKey } from '../../contracts/ledger-keys.ts';
import type { ModelSource } from '../../contracts/settings.ts';
import { dayKeys } from '../../kernel/limits/day-budget.ts';
import { modelPriceOf, unknownModelAdvice, worstCaseMicroUsd } from '../../kernel/model/model-prices.ts';
import { openingOf, usageOf } from '../../kernel/trace/queries.ts';
import type { Ledger, StepPorts } from '../../contracts/ports.ts';

/** The most tokens of one answer. A turn is a few tool calls and a thought, not an essay. */
export const MAX_ANSWER_TOKENS = 4096;

/**
 * Bytes of UTF-8 per token, on the low side (English prose is near 4, JSON near 3, Chinese near 3), so that
 * estimates err upward.
 */
const BYTES_PER_TOKEN = 3;

/** Either money is reserved for the next turn, or the reason why there is no next turn. */
type Reservation = EventData<'budget.checked'>;

/** The most that one turn can take. `microUsd` is undefined for a model without a price. */
interface WorstCase {
  readonly tokens: number;
  readonly microUsd: number | undefined;
}

/** The most that a request of so many bytes can take. */
export const worstCase = ({ model }: Agent, bytes: number, source: ModelSource): WorstCase => {
  const inputTokens = Math.ceil(bytes / BYTES_PER_TOKEN);
  return {
    tokens: inputTokens + MAX_ANSWER_TOKENS,
    microUsd:
      modelPriceOf(model) === undefined ? undefined : worstCaseMicroUsd(model, inputTokens, MAX_ANSWER_TOKENS, source),
  };
};

const ceilingReached = (which: string, limit: number, used: number, reason: string): Reservation => ({
  allowed: false,
  which,
  limit,
  used,
  reason,
});

const microUsdOf = (dollars: number): number => Math.floor(dollars * 1_000_000);

/** Which of the incident's own ceilings the next turn could break. Pure. */
const incidentCeiling = (
  { budget }: Agent,
  events: readonly TraceEvent[],
  now: Date,
  next: { readonly tokens: number; readonly microUsd: number },
): Reservation | undefined => {
  const used = usageOf(events);
  const minutes = Math.floor((now.getTime() - Date.parse(openingOf(events).at)) / 60_000);
  if (used.turns >= budget.turns)
    return ceilingReached('turns', budget.turns, used.turns, `All ${budget.turns} turns are used.`);
  if (minutes >= budget.minutes)
    return ceilingReached(
      'minutes',
      budget.minutes,
      minutes,
      `The incident has taken ${minutes} of ${budget.minutes} minutes.`,
    );
  if (used.tokens + next.tokens > budget.tokens)
    return ceilingReached(
      'tokens',
      budget.tokens,
      used.tokens,
      `Another turn could take ${next.tokens} tokens; ${used.tokens} of ${budget.tokens} are used.`,
    );
  if (used.microUsd + next.microUsd > microUsdOf(budget.dollars))
    return ceilingReached(
      'dollars',
      budget.dollars,
      used.microUsd / 1_000_000,
      `Another turn could cost more than what is left of ${budget.dollars} dollars.`,
    );
  return undefined;
};

/** Adds to the money of a day unless that breaks its ceiling. Safe under concurrency: the ledger adds conditionally. */
export const reserveForDay = async (
  ledger: Ledger,
  day: RowKey,
  dollars: number,
  microUsd: number,
): Promise<{ readonly added: boolean; readonly total: number }> => {
  const { added, totals } = await ledger.add(day, { microUsd }, { microUsd: microUsdOf(dollars) });
  return { added, total: totals['microUsd'] ?? 0 };
};

/**
 * Checks the worst case of one turn against the incident's ceilings, then reserves it for the agent's day and for the
 * account's day, before the model is called. If any ceiling cannot take it, the model is not called (fail closed).
 */
export const reserve = async (
  { ledger, clock, rules }: StepPorts,
  agent: Agent,
  events: readonly TraceEvent[],
  { tokens, microUsd }: WorstCase,
): Promise<Reservation> => {
  const { overCeiling } = openingOf(events).data;
  if (overCeiling !== undefined)
    return ceilingReached(overCeiling.which, overCeiling.limit, overCeiling.limit, overCeiling.reason);
  if (microUsd === undefined)
    return ceilingReached('dollars', agent.budget.dollars, 0, unknownModelAdvice(agent.model));
  const now = clock.now();
  const ceiling = incidentCeiling(agent, events, now, { tokens, microUsd });
  if (ceiling !== undefined) return ceiling;
  const keys = dayKeys(agent.name, now);
  const limits = { agent: agent.budgetPerDay.dollars, account: rules.settings.accountBudgetPerDay.dollars };
  const ofAgent = await reserveForDay(ledger, keys.agent, limits.agent, microUsd);
  if (!ofAgent.added)
    return ceilingReached(
      'agent dollars a day',
      limits.agent,
      ofAgent.total / 1_000_000,
      `Agent ${agent.name} has spent its money for today (UTC).`,
    );
  const ofAccount = await reserveForDay(ledger, keys.account, limits.account, microUsd);
  if (!ofAccount.added) {
    await ledger.add(keys.agent, { microUsd: -microUsd });
    return ceilingReached(
      'account dollars a day',
      limits.account,
      ofAccount.total / 1_000_000,
      'The account has spent its money for today (UTC).',
    );
  }
  const turn = usageOf(events).turns + 1;
  return { allowed: true, turn, microUsd, agentDayMicroUsd: ofAgent.total, accountDayMicroUsd: ofAccount.total };
};

/** Gives back what the call did not use. A crash before this leaves too much reserved, never too little. */
export const reconcileBudget = async (
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
