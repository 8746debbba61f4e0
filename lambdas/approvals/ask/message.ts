import type { TraceEvent } from '../../contracts/events.ts';
import { allOf, openingOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { agentReasoning, reportLines } from '../../kernel/trace/plan-text.ts';

/** The e-mail that asks one approver: what they need to decide in half a minute. `link` is valid for them only. */
export const approvalMessage = (
  events: readonly TraceEvent[],
  planned: PlanOnTrace,
  expiresAt: string,
  link: string,
): { subject: string; text: string } => {
  const { alarm } = openingOf(events).data;
  const { plan, handle, digest } = planned;
  const { statements = [], freeze } = allOf(events, 'plan.judged').at(-1)?.data ?? {};
  const lines = [
    alarm === null
      ? 'An event, not an alarm, opened this incident.'
      : `What broke: ${alarm.name} in ${alarm.account}, ${alarm.region}, since ${alarm.since}. ${alarm.reason}`,
    '',
    `What ${plan.agent} wants to do: ${plan.tool} on ${plan.target.id} (${plan.target.environment}).`,
    ...reportLines(plan.report).map((line) => `  ${line}`),
    '',
    `Why, in the agent's own words: ${agentReasoning(events, planned) || '(the agent gave no reason)'}`,
    ...suspicionWarning(events),
    '',
    ...(freeze === undefined
      ? []
      : [`Change freeze: ${freeze} Approving requires a reason, and everyone is notified.`, '']),
    'Policies that determined the decision:',
    ...statements.map(
      (one) => `  ${one.effect} ${one.id}${one.severity === undefined ? '' : ` (${one.severity})`}: ${one.reason}`,
    ),
    '',
    `Decide here before ${expiresAt} (opening the link does not decide anything): ${link}`,
    `Silence counts as no. Plan ${handle} ${digest}.`,
  ];
  return { subject: `Approve? ${plan.tool} on ${plan.target.id}`, text: lines.join('\n') };
};

const suspicionWarning = (events: readonly TraceEvent[]): string[] => {
  const suspicions = allOf(events, 'evidence.gathered').flatMap(({ data }) =>
    data.suspicions.map((suspicion) => `  ${data.evidence} (${data.tool}): ${suspicion}`),
  );
  if (suspicions.length === 0) return [];
  return ['', 'Warning: text in the evidence looks like an attempt to instruct the agent.', ...suspicions];
};
