import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Check, Statement } from '../../lambdas/contracts/checks.ts';
import { isKind, type TraceEvent, type TraceEventOf } from '../../lambdas/contracts/events.ts';
import type { Facts } from '../../lambdas/contracts/facts.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { factsOf } from '../../lambdas/contracts/tool.ts';
import { targetInForce } from '../../lambdas/kernel/changes/environment.ts';
import { admit } from '../../lambdas/kernel/model/admission.ts';
import { incidentPolicy } from '../../lambdas/kernel/policy/incident-policy.ts';
import { decidePlan } from '../../lambdas/kernel/policy/plan-decision.ts';
import type { PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import type { PolicyDecision } from '../../lambdas/kernel/policy/decision.ts';
import { allOf, findPlan, isTriggerOwner } from '../../lambdas/kernel/trace/queries.ts';
import { changeManifest } from './case-file.ts';
import { recordedFacts } from './recorded-facts.ts';
import type { Catalogue } from '../../lambdas/tools/installed.ts';

/** A decision: the recorded one, or the one under the current rules. */
export interface Decision {
  readonly verdict: 'permitted' | 'admitted' | 'refused' | 'needs-approval' | 'unattended';
  readonly reason: string;
  readonly statements: readonly Statement[];
  readonly approvals: number | null;
  readonly trips: string | null;
}

/** One recorded decision, evaluated again. */
export interface Reevaluated {
  readonly seq: number;
  readonly about: 'proposal' | 'plan' | 'approval';
  /** `resize_instance on i-0123`, or who approved what. */
  readonly what: string;
  readonly was: Decision;
  /** Null if the trace lacks something that policy needs; `note` says what. */
  readonly wouldBe: Decision | null;
  /** `statements`: the same decision, determined by other statements. */
  readonly change: 'none' | 'statements' | 'decision' | 'unknown';
  readonly note: string | null;
}

/** The rules that a recorded incident is evaluated with. */
export interface CurrentRules {
  readonly rules: Rules;
  readonly catalogue: Catalogue;
  readonly policy: PolicyEngine;
  /** The agent as it is defined now; undefined if there is no agent of that name any more. */
  readonly agent: Agent | undefined;
}

/**
 * Evaluates every proposal, plan and approval of a trace again. Facts, target and report are the recorded ones,
 * so each decision is evaluated by itself: how the incident would have gone on after another one is unknown. Refusals
 * for reasons outside the rules (kill switch, breaker, drift) are left out.
 */
export const reevaluate = (events: readonly TraceEvent[], rules: CurrentRules): Reevaluated[] => {
  const opened = allOf(events, 'incident.opened').length > 0;
  const today = opened ? { ...rules, policy: incidentPolicy(rules, events) } : rules;
  return events.flatMap((event): Reevaluated[] => {
    if (isKind(event, 'call.refused')) return refusedCall(event, today);
    if (isKind(event, 'proposal.judged')) return proposal(event, today);
    if (isKind(event, 'plan.judged')) return confirmation(event, events, today);
    if (isKind(event, 'approval.answered')) return approval(event, events, today);
    return [];
  });
};

type Subject = Pick<Reevaluated, 'seq' | 'about' | 'what'>;

const compared = (subject: Subject, was: Decision, wouldBe: Decision): Reevaluated => {
  const outcome = ({ verdict, approvals, trips }: Decision): string => [verdict, approvals, trips].join();
  const ids = ({ statements }: Decision): string =>
    statements
      .map((one) => one.id)
      .toSorted()
      .join();
  const change = outcome(was) !== outcome(wouldBe) ? 'decision' : ids(was) !== ids(wouldBe) ? 'statements' : 'none';
  return { ...subject, was, wouldBe, change, note: null };
};

const unknown = (subject: Subject, was: Decision, note: string): Reevaluated => ({
  ...subject,
  was,
  wouldBe: null,
  change: 'unknown',
  note,
});

const decision = (verdict: Decision['verdict'], reason: string, more: Partial<Decision> = {}): Decision => ({
  verdict,
  reason,
  statements: [],
  approvals: null,
  trips: null,
  ...more,
});

const decisionOf = ({ verdict, reason, statements, tripsBreaker }: PolicyDecision): Decision =>
  decision(verdict, reason, { statements, trips: tripsBreaker?.policy ?? null });

/** The recorded facts, or which are missing because the recording version did not compute them. */
const factsThen = (
  catalogue: Catalogue,
  tool: string,
  recorded: Facts,
): { readonly facts: Facts } | { readonly missing: string } => {
  const manifest = changeManifest(catalogue, tool);
  if (manifest === undefined) return { missing: `there is no change tool ${tool} any more` };
  const facts = recordedFacts(manifest, recorded);
  const missing = factsOf(manifest).filter((name) => facts[name] === undefined);
  return missing.length === 0 ? { facts } : { missing: `the trace has no fact ${missing.join(', ')}` };
};

const AGENT_GONE = 'its agent is not among the agents any more; name one with --agent';
const BY_RULES: readonly Check['check'][] = ['schema', 'allowlist'];

/** A call of a change tool that was not admitted. Under another definition of the agent it might be. */
const refusedCall = (
  { seq, data }: TraceEventOf<'call.refused'>,
  { agent, catalogue }: CurrentRules,
): Reevaluated[] => {
  if (!BY_RULES.includes(data.check) || changeManifest(catalogue, data.tool) === undefined) return [];
  const subject: Subject = { seq, about: 'proposal', what: data.tool };
  const was = decision('refused', data.reason);
  if (agent === undefined) return [unknown(subject, was, AGENT_GONE)];
  const admission = admit(agent, { id: data.toolUseId ?? '', name: data.tool, input: data.input }, catalogue);
  return admission.kind === 'refused'
    ? [compared(subject, was, decision('refused', admission.reason))]
    : [compared(subject, was, decision('admitted', 'It would reach policy, but its facts were never computed.'))];
};

const refusalOf = (checks: readonly Check[]): Check | undefined => checks.find((check) => check.outcome === 'refused');

const proposal = (
  { seq, data }: TraceEventOf<'proposal.judged'>,
  { rules, catalogue, agent, policy }: CurrentRules,
): Reevaluated[] => {
  const { tool, target, facts, checks, statements, trips } = data;
  const subject: Subject = { seq, about: 'proposal', what: target === null ? tool : `${tool} on ${target.id}` };
  const refusal = refusalOf(checks);
  const was = decision(data.verdict, refusal?.reason ?? '', { statements, trips: trips?.policy ?? null });
  if (agent === undefined) return [unknown(subject, was, AGENT_GONE)];
  const admission = admit(agent, { id: data.toolUseId, name: tool, input: data.input }, catalogue);
  if (admission.kind === 'refused') return [compared(subject, was, decision('refused', admission.reason))];
  if (refusal !== undefined && BY_RULES.includes(refusal.check))
    return [compared(subject, was, decision('admitted', 'It would reach policy, but its facts were never computed.'))];
  if (target === null || (refusal !== undefined && refusal.check !== 'policy')) return [];
  const then = factsThen(catalogue, tool, facts);
  if ('missing' in then) return [unknown(subject, was, then.missing)];
  const question = { agent, tool, target: targetInForce(target, rules.settings), ...then, phase: 'proposal' as const };
  return [compared(subject, was, decisionOf(policy.mayPropose(question)))];
};

const confirmation = (
  { seq, data }: TraceEventOf<'plan.judged'>,
  events: readonly TraceEvent[],
  { rules, catalogue, agent, policy }: CurrentRules,
): Reevaluated[] => {
  const plan = data.digest === null ? undefined : findPlan(events, data.digest)?.plan;
  const refusal = refusalOf(data.checks);
  // Without a digest the refusal was about the handle. With one, only these two checks are decided by policy.
  if (plan === undefined || (refusal !== undefined && !['policy', 'approval'].includes(refusal.check))) return [];
  const { tool, target, facts, report } = plan;
  const subject: Subject = { seq, about: 'plan', what: `${data.handle}, ${tool} on ${target.id}` };
  const was = decision(data.verdict, refusal?.reason ?? '', {
    statements: data.statements,
    approvals: data.verdict === 'needs-approval' ? data.approvalsNeeded : null,
    trips: data.trips?.policy ?? null,
  });
  if (agent === undefined) return [unknown(subject, was, AGENT_GONE)];
  const then = factsThen(catalogue, tool, facts);
  if ('missing' in then) return [unknown(subject, was, then.missing)];
  const { verdict, reason, statements, approvalsNeeded, trips } = decidePlan(policy, {
    agent,
    tool,
    target: targetInForce(target, rules.settings),
    ...then,
    report,
    breakGlass: data.freeze !== undefined,
  });
  const approvals = verdict === 'needs-approval' ? approvalsNeeded : null;
  return [compared(subject, was, decision(verdict, reason, { statements, approvals, trips: trips?.policy ?? null }))];
};

/** An approval counts if policy allows its approver. A denial needs no permission. */
const approval = (
  { seq, data }: TraceEventOf<'approval.answered'>,
  events: readonly TraceEvent[],
  { rules, catalogue, policy }: CurrentRules,
): Reevaluated[] => {
  const planned = findPlan(events, data.digest);
  if (data.answer !== 'approve' || planned === undefined) return [];
  const { tool, target, facts, report } = planned.plan;
  const subject: Subject = { seq, about: 'approval', what: `${data.approver} approves ${planned.handle}` };
  const was = decision(data.counted ? 'permitted' : 'refused', '', { statements: data.statements });
  const approver = rules.settings.approvers.find((one) => one.id === data.approver);
  if (approver === undefined)
    return [compared(subject, was, decision('refused', `${data.approver} is not among the approvers any more.`))];
  const then = factsThen(catalogue, tool, facts);
  if ('missing' in then) return [unknown(subject, was, then.missing)];
  const policyDecision = policy.mayApprove({
    approver,
    tool,
    target: targetInForce(target, rules.settings),
    ...then,
    report,
    breakGlass: data.breakGlass === true,
    triggerOwner: isTriggerOwner(events, approver),
  });
  return [compared(subject, was, decisionOf(policyDecision))];
};
