import { testsOf, withoutRow, type KernelCheck } from '../check.ts';

const grants = testsOf('lambdas/kernel/changes/grants');
const unattended = testsOf('lambdas/steps/apply/unattended');
const file = 'lambdas/steps/apply/unattended.ts';

/** Checks that stop a change which no person approved: what Authorize signs is not believed. */
export const UNATTENDED: readonly KernelCheck[] = [
  {
    name: 'grant/policy-mac',
    kind: 'grant',
    holds: 'a grant of a policy is valid under the key for such grants only',
    file: 'lambdas/kernel/changes/grants.ts',
    find: '(await keys.unattendedMac.verify(message, grant.mac))',
    replace: 'true',
    test: grants('so a grant of a policy from before the upgrade is refused, and says what to do'),
  },
  {
    name: 'grant/one-kind',
    kind: 'grant',
    holds: 'a grant that names policies and people is not valid',
    file: 'lambdas/kernel/changes/grants.ts',
    find: 'policies === approvers.length',
    replace: 'true',
    test: grants('and under none if it names both, with the key for grants of policies'),
  },
  {
    name: 'grant/policy-freeze',
    kind: 'grant',
    holds: 'a policy cannot override a change freeze',
    file: 'lambdas/kernel/changes/grants.ts',
    find: 'grant.breakGlass === true',
    test: grants('and a policy cannot override a change freeze'),
  },
  {
    name: 'unattended/policy',
    ...withoutRow('policy'),
    holds: 'before a change that no person approved, Apply asks policy itself',
    file: 'lambdas/steps/apply/preflight.ts',
    test: unattended('grants nothing that policy leaves to people'),
  },
  {
    name: 'unattended/asked',
    kind: 'policy',
    holds: 'what people were asked about is not let through by policy alone',
    file,
    find: "allOf(journal.events, 'approval.asked').some(({ data }) => data.digest === planned.digest)",
    test: unattended('grants nothing that people were asked about, even if policy permits it by now'),
  },
  {
    name: 'unattended/allowlist',
    kind: 'policy',
    holds: 'a change that no person approved is made by a tool of the agent',
    file,
    find: '!agent.tools.change.some((one) => one === name)',
    test: unattended('grants no tool that the agent does not have'),
  },
  {
    name: 'unattended/plan',
    kind: 'policy',
    holds: 'target, result and rollback of a change that no person approved are computed again',
    file,
    find: 'canonical({ target, before, after, inverse }) !== canonical({ target: t, before: b, after: a, inverse: i })',
    test: unattended('makes up the result of a change in vain'),
  },
  {
    name: 'unattended/facts',
    kind: 'facts',
    holds: 'facts about a change that no person approved are computed again',
    file,
    find: 'const { proposed, facts } = now;',
    replace: 'const { proposed } = now; const { facts } = planned.plan;',
    test: unattended('makes up facts in vain: Apply computes them again'),
  },
  {
    name: 'unattended/price',
    kind: 'policy',
    holds: 'the price of a change that no person approved is found again',
    file,
    find: 'await costNow(pending, proposed, journal, ports)',
    replace: 'planned.plan.report.cost',
    test: unattended('makes up a price in vain: Apply computes it again'),
  },
  {
    name: 'unattended/rollback',
    kind: 'policy',
    holds: 'a grant of a policy rolls back only what was applied under one',
    file,
    find: 'await wasRedeemedUnattended(ports.ledger, grant)',
    replace: 'true',
    test: unattended('rolls back nothing that was not applied, whatever it writes about a verification'),
  },
  {
    name: 'unattended/redeemed',
    kind: 'grant',
    holds: 'that a change was made without a person is read from a row that only the change zone writes',
    file: 'lambdas/kernel/changes/grants.ts',
    find: "const wanted = { incidentId, digest, purpose, approvedBy: 'policies' };",
    replace: 'const wanted = { incidentId, digest, purpose };',
    test: unattended('rolls back nothing that a person approved, under a grant with an id of the grant of the person'),
  },
  {
    name: 'rules/required-policy',
    holds: 'a policy that is marked @required applies, whatever the settings say',
    file: 'lambdas/kernel/policy/rules/policies-off.ts',
    find: 'return because === undefined ? [] :',
    replace: "return because !== 'never' ? [] :",
    test: testsOf('lambdas/kernel/policy/rules/policies-off')(
      'production-needs-a-person cannot be switched off, and the message says why',
    ),
  },
];
