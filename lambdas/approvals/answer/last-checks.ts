import type { Check } from '../../contracts/checks.ts';
import type { StepPorts } from '../../contracts/ports.ts';
import { passed, passedUnless, refused, runChecks, type CheckResult } from '../../kernel/changes/checks.ts';
import { ledgerFacts } from '../../kernel/changes/ledger-facts.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import { checkRate } from '../../kernel/limits/rate.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { reevaluatePlan } from '../../kernel/policy/reevaluation.ts';
import { subjectOn } from '../../kernel/trace/subject.ts';
import type { OpenQuestion } from './question.ts';
import { refOf } from '../../contracts/plan.ts';

interface LastCheckPorts extends StepPorts {
  readonly policy: PolicyEngine;
}

/** Who has approved, now that they are enough. */
interface Quorum {
  readonly approvers: readonly string[];
  readonly breakGlass: boolean;
}

/**
 * What stands against a plan whose last approval was just given, as far as the ledger knows. Apply would refuse it for the
 * same reasons, but minutes later and without telling the approver. The page reads no AWS service for this.
 */
export const refusalAtQuorum = async (
  question: OpenQuestion,
  quorum: Quorum,
  ports: LastCheckPorts,
): Promise<Check | undefined> => {
  const { refusal } = await runChecks([
    { check: 'breaker', run: () => checkBreakers(question, ports) },
    { check: 'rate', run: () => checkChangeRate(question, ports) },
    { check: 'policy', run: () => checkPolicy(question, quorum, ports) },
  ]);
  return refusal;
};

const checkBreakers = async ({ planned: { plan } }: OpenQuestion, { ledger }: LastCheckPorts): Promise<CheckResult> =>
  passedUnless(
    await trippedBreaker(ledger, plan.agent, refOf(plan.target)),
    'The circuit breakers of agent and target are closed.',
  );

const checkChangeRate = async (
  { planned: { plan } }: OpenQuestion,
  { ledger, rules, clock }: LastCheckPorts,
): Promise<CheckResult> => {
  const change = { tool: plan.tool, targetArn: refOf(plan.target) };
  const tooMany = await checkRate(ledger, change, rules.settings.changesPerHour, clock.now());
  return passedUnless(tooMany, 'Tool and target have not been changed too often.');
};

/** Cooldowns among others: the facts that are in the ledger are those of now, the others those of the plan. */
const checkPolicy = async (
  { planned: { plan }, events }: OpenQuestion,
  quorum: Quorum,
  ports: LastCheckPorts,
): Promise<CheckResult> => {
  const { location } = subjectOn(events);
  const now = await ledgerFacts(ports.ledger, events, location, plan.target, ports.clock.now());
  const question = { ...plan, agent: agentOf(ports.rules, plan.agent), facts: { ...plan.facts, ...now } };
  const { verdict, reason } = reevaluatePlan(ports, question, quorum, events);
  return verdict === 'permitted' ? passed(reason) : refused(reason);
};
