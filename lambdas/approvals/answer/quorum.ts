import type { TraceEvent } from '../../contracts/events.ts';
import type { Rules } from '../../contracts/rules.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import type { Ledger } from '../../contracts/ports.ts';
import type { OpenQuestion } from './question.ts';
import { wasApprovedBy } from './approval-rows.ts';

/** Who has approved, and whether that is enough. `never`: policy forbids the plan, or releases it to no number of people. */
export type ApprovalCount =
  | { readonly kind: 'reached' | 'open'; readonly by: readonly string[]; readonly needed: number }
  | { readonly kind: 'never'; readonly reason: string };

/**
 * Counts the people whose yes counts now: those on the trace who really said it. In a change freeze, those who
 * approved before it have to say that they mean it all the same; and no fewer are needed than were asked for, or than
 * policy wants for breaking it.
 */
export const countApprovals = async (
  { question, planned, asked }: OpenQuestion,
  events: readonly TraceEvent[],
  breakGlass: boolean,
  { ledger, rules, policy }: { readonly ledger: Ledger; readonly rules: Rules; readonly policy: PolicyEngine },
): Promise<ApprovalCount> => {
  const agent = agentOf(rules, question.agent);
  // Asked once more: rules may have been deployed since, and that policy let it through stands only on the trace.
  const change = policy.mayPropose({ ...planned.plan, agent, phase: 'plan' });
  if (change.verdict === 'refused') return { kind: 'never', reason: change.reason };
  const release = policy.approvalsNeeded({ ...planned.plan, agent, breakGlass });
  if (release.verdict === 'refused') return { kind: 'never', reason: release.reason };
  const approvals = allOf(events, 'approval.answered').filter(
    ({ data }) => data.approvalId === asked.approvalId && data.counted && data.answer === 'approve',
  );
  const valid = approvals.filter(({ data }) => !breakGlass || data.breakGlass === true);
  const by: string[] = [];
  for (const { data } of valid) {
    const said = await wasApprovedBy(ledger, asked.approvalId, data.approver, data.breakGlass === true);
    if (said && !by.includes(data.approver)) by.push(data.approver);
  }
  const needed = Math.max(asked.needed, release.needed);
  return { kind: by.length < needed ? 'open' : 'reached', by, needed };
};
