import type { Rules } from '../../lambdas/contracts/rules.ts';
import { Settings } from '../../lambdas/contracts/settings.ts';
import { policyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { shippedCases } from '../../lambdas/kernel/policy/rules/policy-files.ts';
import { RulesError } from '../../lambdas/kernel/policy/rules/rules-error.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { readCases, type CaseRules } from './case-file.ts';
import { runCase, type PolicyCaseResult } from './cases.ts';
import { shippedPolicies } from './config-directory.ts';

/**
 * Evaluates the shipped cases under the shipped policies that a deployment leaves on, without its own: those may forbid more. A
 * case that a switched-off policy would determine is skipped.
 */
export const runShippedCases = ({ schema, settings }: Rules): PolicyCaseResult[] => {
  const { value: files, problems } = shippedCases();
  if (problems.length > 0) throw new RulesError(problems);
  const { all, on } = shippedPolicies({ schema, settings });
  const engineOf = (policies: Rules['policies']) => policyEngine({ policies, schema }, INSTALLED.providers);
  const [everything, here] = [engineOf(all), engineOf(on)];
  const known = { rules: { ...AS_SHIPPED, policies: all }, catalogue: INSTALLED.catalogue };
  return readCases(files, known).map((one) => {
    const full = runCase(one, { ...known, policy: everything });
    const off = settings.policiesOff.find(({ id }) => full.statements.some((statement) => statement.id === id));
    if (off === undefined) return runCase(one, { ...known, policy: here });
    return { ...full, differs: [], skipped: `${off.id} is switched off in this deployment: ${off.reason}` };
  });
};

/** What the shipped cases take for granted, whatever the agents and environments of a deployment. */
const AS_SHIPPED: Pick<CaseRules, 'agents' | 'settings'> = {
  agents: [
    {
      name: 'responder',
      tools: { observe: [], change: INSTALLED.catalogue.change.map(({ manifest }) => manifest.name) },
    },
    { name: 'triage', tools: { observe: [], change: [] } },
  ],
  settings: Settings.parse({ approvers: [{ email: 'sre@example.com', name: 'SRE', roles: ['sre'] }] }),
};
