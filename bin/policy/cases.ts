import type { Statement } from '../../lambdas/contracts/checks.ts';
import { NEVER_MINUTES, type FactName, type Facts } from '../../lambdas/contracts/facts.ts';
import type { Target } from '../../lambdas/contracts/plan.ts';
import { factsOf, type ChangeManifest } from '../../lambdas/contracts/tool.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import type { QuorumDecision, PolicyDecision } from '../../lambdas/kernel/policy/decision.ts';
import { environmentInForce, type EnvironmentSettings } from '../../lambdas/kernel/changes/environment.ts';
import { environmentOf } from '../../lambdas/tools/environment.ts';
import type { Catalogue } from '../../lambdas/tools/installed.ts';
import { changeManifest, type CaseRules, type KnownNames, type LocatedCase, type PolicyCase } from './case-file.ts';

/** The result of a case. It passes if nothing differs from what it expects. */
export interface PolicyCaseResult {
  readonly place: string;
  readonly case: string;
  readonly question: PolicyCase['question'];
  readonly verdict: PolicyDecision['verdict'];
  readonly statements: readonly Statement[];
  readonly approvals: number | null;
  readonly trips: string | null;
  /** Each difference from what is expected, in a sentence. */
  readonly differs: readonly string[];
  /** Why a shipped case does not count here: a policy that determines it is switched off. */
  readonly skipped?: string;
}

/** Facts that no shipped policy objects to, so that a case lists only what is special about it. */
const NEUTRAL_FACTS: Readonly<Record<Exclude<FactName, 'costDeltaCentsPerMonth' | 'costKnown'>, number | boolean>> = {
  cutPercent: 0,
  growPercent: 50,
  peakUsePercentAfter: 60,
  cpuMillicoresAfter: 2000,
  memoryMiBAfter: 8192,
  cpuCutPercent: 0,
  memoryCutPercent: 0,
  qosChanges: false,
  quotaUsePercentAfter: 0,
  fleetSize: 1,
  fleetAffectedPercent: 100,
  inServiceAfter: 0,
  downtimeSeconds: 180,
  storageGiBAdded: 0,
  instancesAdded: 0,
  unitsRemoved: 0,
  gitOpsManaged: false,
  processSuspended: false,
  reversible: true,
  evidenceCount: 2,
  minutesSinceLastChange: NEVER_MINUTES,
  minutesSinceLastCut: NEVER_MINUTES,
  changesThisIncident: 0,
  sameAccount: true,
  sameRegion: true,
  hourUtc: 3,
  weekday: 6,
};

/** What cases are evaluated with. */
interface Evaluated extends KnownNames {
  readonly policy: PolicyEngine;
}

/** Evaluates a case and compares the decision with the expected one. */
export const runCase = (placed: LocatedCase, evaluated: Evaluated): PolicyCaseResult => {
  const { given, place } = placed;
  const decision = decide(given, evaluated);
  const result = {
    place,
    case: given.case,
    question: given.question,
    verdict: decision.verdict,
    statements: decision.statements,
    approvals: 'needed' in decision ? decision.needed : null,
    trips: decision.tripsBreaker?.policy ?? null,
  };
  return { ...result, differs: differences(given.expect, result, decision.reason) };
};

const decide = (given: PolicyCase, { rules, catalogue, policy }: Evaluated): PolicyDecision | QuorumDecision => {
  const question = questionOf(given, rules.settings, catalogue);
  const agent = agentOf(given, rules);
  const { breakGlass = false, triggerOwner = false } = given;
  switch (given.question) {
    case 'propose':
      return policy.mayPropose({ ...question, agent, phase: 'proposal' });
    case 'plan':
      return policy.mayPropose({ ...question, agent, phase: 'plan' });
    case 'unattended':
      return policy.mayApplyUnattended({ ...question, agent });
    case 'release':
      return policy.approvalsNeeded({ ...question, agent, breakGlass });
    case 'approve': {
      const { email = 'approver@example.com', id = email, roles = [] } = given.approver ?? {};
      return policy.mayApprove({ ...question, approver: { id, roles }, breakGlass, triggerOwner });
    }
  }
};

const agentOf = (given: PolicyCase, rules: CaseRules): CaseRules['agents'][number] => {
  const agent = rules.agents.find((one) =>
    given.agent === undefined ? one.tools.change.length > 0 : one.name === given.agent,
  );
  if (agent !== undefined) return agent;
  throw new InputError(`the case "${given.case}"`, 'no agent has change tools', 'the name of an agent in the case');
};

const questionOf = (
  { tool = '', facts, target, report }: PolicyCase,
  settings: EnvironmentSettings,
  catalogue: Catalogue,
) => {
  const manifest = changeManifest(catalogue, tool);
  if (manifest === undefined) throw new InputError(tool, 'is not a change tool', 'the name of a change tool');
  const computed = factsOf(manifest);
  const neutral: Facts = Object.fromEntries(Object.entries(NEUTRAL_FACTS).filter(([name]) => isOneOf(computed, name)));
  const deltaCentsPerMonth = report === undefined ? 3000 : report.costDeltaCentsPerMonth;
  return {
    tool,
    target: targetOf(manifest, target ?? {}, settings),
    facts: { ...neutral, ...facts },
    report: { cost: { deltaCentsPerMonth, says: 'at list price' } },
  };
};

const isOneOf = (names: readonly FactName[], name: string): boolean => names.some((one) => one === name);

/** A target in the alarm's account. Its environment follows from tags and settings, like that of a real target. */
const targetOf = (
  manifest: ChangeManifest,
  given: NonNullable<PolicyCase['target']>,
  settings: EnvironmentSettings,
): Target => {
  const { account = '111122223333', region = 'eu-west-1', id = 'example', tags = {} } = given;
  const { kind = manifest.targetKind, environment: named = environmentOf(tags) } = given;
  const environment = environmentInForce({ account, environment: named }, settings);
  const place = { account, region, environment, tags };
  const pattern = 'targetArn' in manifest ? manifest.targetArn : manifest.targetRef;
  const ref = pattern.replace('${account}', account).replace('${region}', region).replace('*', id);
  return 'targetArn' in manifest
    ? { kind, id, arn: given.arn ?? ref, ...place }
    : { kind, id, provider: manifest.provider, ref: given.ref ?? ref, ...place };
};

const differences = (
  expected: PolicyCase['expect'],
  got: Omit<PolicyCaseResult, 'differs'>,
  reason: string,
): readonly string[] => {
  const found = got.statements.map((one) => one.id).toSorted();
  const speaks = expected.speaks?.toSorted();
  const list = (ids: readonly string[]): string => ids.join(', ') || 'none';
  const differs: string[] = [];
  if (got.verdict !== expected.verdict)
    differs.push(`verdict: expected ${expected.verdict}, was ${got.verdict}. ${reason}`);
  if (speaks !== undefined && speaks.join() !== found.join())
    differs.push(`speaks: expected ${list(speaks)}, was ${list(found)}`);
  if (expected.approvals !== undefined && expected.approvals !== got.approvals)
    differs.push(`approvals: expected ${expected.approvals}, was ${got.approvals ?? 'none'}`);
  if (expected.trips !== undefined && expected.trips !== got.trips)
    differs.push(`trips: expected ${expected.trips ?? 'nothing'}, was ${got.trips ?? 'nothing'}`);
  return differs;
};

/** Policies that determine no case. Nobody would notice if one of them were removed. */
export const policiesWithoutCase = (results: readonly PolicyCaseResult[], rules: Pick<Rules, 'policies'>): string[] => {
  const covered = new Set(results.flatMap((result) => result.statements.map((one) => one.id)));
  return Object.keys(rules.policies).filter((id) => !covered.has(id));
};
