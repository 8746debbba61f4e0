import type { Agent } from '../../contracts/agent.ts';
import type { Check } from '../../contracts/checks.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { passed, refused, type CheckResult } from '../../kernel/changes/checks.ts';
import { allOf } from '../../kernel/trace/queries.ts';

/** What these refuse never was a proposal: a mistake in the call, or one more than the bound. */
const BEFORE_IT_COUNTS: readonly Check['check'][] = ['schema', 'allowlist', 'budget'];

/**
 * Refuses a proposal beyond those that the agent's file gives an incident. `before` are the events from before this step,
 * so a step that is tried again counts the same. A proposal counts whatever became of it: refused by policy, failed in its
 * dry run, denied or applied.
 */
export const checkProposalBudget = (
  { name, budget: { proposals: most } }: Agent,
  before: readonly TraceEvent[],
): CheckResult | undefined => {
  if (most === undefined) return undefined;
  const made = allOf(before, 'proposal.judged').filter(
    ({ data }) => !data.checks.some(({ check, outcome }) => outcome === 'refused' && BEFORE_IT_COUNTS.includes(check)),
  ).length;
  if (made < most) return passed(`Proposal ${made + 1} of at most ${most} in this incident.`);
  return refused(
    `${made} of ${most} proposals of this incident have been made (budget.proposals of ${name}); those that were refused or denied count too. Propose nothing more. A plan that you have can still be confirmed; then conclude, and say in the follow-ups what is left to do.`,
  );
};
