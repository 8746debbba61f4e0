import type { TraceEvent } from '../../contracts/events.ts';
import type { DryRunReport } from '../../contracts/plan.ts';
import type { Rules } from '../../contracts/rules.ts';
import { isTriggerOwner } from '../trace/queries.ts';
import type { ChangeInQuestion } from './decision.ts';
import type { PolicyEngine } from './engine.ts';

/** Whether a person is one of the approvers, and whether policy lets them approve this change, as of now. */
export const mayApproveNow = (
  { rules, policy }: { readonly rules: Rules; readonly policy: PolicyEngine },
  id: string,
  { tool, target, facts, report }: ChangeInQuestion & { readonly report: Pick<DryRunReport, 'cost'> },
  events: readonly TraceEvent[],
  breakGlass: boolean,
) => {
  const approver = rules.settings.approvers.find((one) => one.id === id);
  if (approver === undefined)
    return { known: false, mayApprove: false, reason: `${id} is no longer an approver.`, statements: [] };
  const triggerOwner = isTriggerOwner(events, approver);
  const { verdict, reason, statements } = policy.mayApprove({
    approver,
    tool,
    target,
    facts,
    report,
    breakGlass,
    triggerOwner,
  });
  return { known: true, mayApprove: verdict === 'permitted', reason, statements };
};
