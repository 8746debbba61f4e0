import {
  ALWAYS_COMPUTED,
  FACT_NAMES,
  FACTS,
  KERNEL_FACTS,
  REPORT_FACTS,
  type FactName,
} from '../../../contracts/facts.ts';
import { factsOf, type ChangeManifest, type Manifest } from '../../../contracts/tool.ts';

const always = new Set<FactName>([...ALWAYS_COMPUTED, ...KERNEL_FACTS]);
const reportFacts = new Set<FactName>(REPORT_FACTS);

/**
 * The Cedar schema: one action per change tool, whose context requires every fact of that tool, and the
 * three questions that are asked about a plan. Policies are validated against it, and so is every request,
 * since Cedar leaves out a `forbid` that reads a missing attribute.
 */
export const cedarSchema = (manifests: readonly Manifest[]): string =>
  [
    HEADER,
    TYPES,
    ...manifests.filter((manifest) => manifest.kind === 'change').map(toolAction),
    question('applyUnattended', 'Agent', 'May this plan be applied without a human?'),
    question('approve', 'Approver', `May this person approve this plan? ${BREAK_GLASS} ${TRIGGER}`, [
      'breakGlass: Bool',
      'triggerOwner: Bool',
    ]),
    question(
      'release',
      'Agent',
      `Do so many approvals, each by another person, suffice for this plan? ${BREAK_GLASS}`,
      ['approvals: Long', 'breakGlass: Bool'],
    ),
  ].join('\n\n') + '\n}\n';

const BREAK_GLASS = 'breakGlass: in spite of a change freeze.';
const TRIGGER = 'triggerOwner: whoever made the event happen.';

const HEADER = `// Generated from lambdas/contracts/facts.ts and the tool manifests; a test fails when it is stale.
// To regenerate: npx vitest run test/lambdas/kernel/policy/rules/cedar-schema.test.ts -u
namespace Checkrein {
  // Who proposes: an agent of config/agents/. Read-only when it has no change tool.
  entity Agent = { readOnly: Bool };

  // Who approves: a person of config/deployment.ts, in each of that person's roles.
  entity Role;
  entity Approver in [Role];

  // The groups that a target is in, as its provider says. In AWS: its account.
  entity Account;
  entity Cluster in [Account];
  entity Namespace in [Cluster];

  // What is changed. All of it comes from the provider; environment is "production" unless the settings list its name.
  // Tags are as they are stored, and also under their keys in lower case, without blanks around key and value.
  entity Target in [Account, Cluster, Namespace] = { kind: String, account: String, region: String, environment: String } tags String;

  // Every change tool: action in Checkrein::Action::"change".
  action change;`;

const described = (name: FactName): string =>
  `    // ${FACTS[name].summary}\n    ${name}${always.has(name) || reportFacts.has(name) ? '' : '?'}: ${FACTS[name].type},`;

const TYPES = `  // What the dry run found out. The delta is 0 when no price was found, so ask costKnown first.
  type Report = {
${REPORT_FACTS.map(described).join('\n')}
  };

  // The facts of a plan, whatever its tool: guard those with a question mark by "context.facts has".
  type PlanFacts = {
${FACT_NAMES.filter((name) => !reportFacts.has(name))
  .map(described)
  .join('\n')}
  };`;

const toolAction = (manifest: ChangeManifest): string => {
  const computed = new Set<FactName>(factsOf(manifest));
  const facts = FACT_NAMES.filter((name) => computed.has(name) && !reportFacts.has(name));
  return `  // May this agent propose it (phase "proposal"), and carry it out as dry-run (phase "plan", with the report)?
  action ${manifest.name} in [change] appliesTo {
    principal: Agent,
    resource: Target,
    context: {
      phase: String,
      facts: {
${facts.map((name) => `        ${name}: ${FACTS[name].type},`).join('\n')}
      },
      report?: Report,
    },
  };`;
};

const question = (name: string, principal: string, comment: string, more: readonly string[] = []): string => {
  const context = ['tool: String', 'facts: PlanFacts', 'report: Report', ...more];
  return `  // ${comment}
  action ${name} appliesTo {
    principal: ${principal},
    resource: Target,
    context: { ${context.join(', ')} },
  };`;
};
