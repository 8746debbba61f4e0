import type { PolicyOff } from '../../lambdas/contracts/settings.ts';
import { formatFinding, lintPolicies } from '../../lambdas/kernel/policy/rules/lint.ts';
import { RulesError } from '../../lambdas/kernel/policy/rules/rules-error.ts';
import { applicationAt, type Application, type ApplicationFlags } from '../../local/application.ts';
import { policyFiles } from './config-directory.ts';
import { coloursFor } from '../io/timeline-lines.ts';
import { ours, plain, sentence, styled } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';

/** Flags of `checkrein policy check`. */
export interface CheckFlags extends ApplicationFlags {
  readonly json?: boolean;
}

interface ConfigFinding {
  /** `invalid`: it does not compile, so it cannot be deployed. */
  readonly kind: 'invalid' | 'never-matches' | 'without-effect' | 'open';
  /** The problem, starting with file:line:column. */
  readonly says: string;
}

interface Checked {
  readonly policies: number;
  readonly findings: readonly ConfigFinding[];
  /** Shipped policies that have no use in this deployment, e.g. about a role that nobody has. No mistake of the team. */
  readonly unused: readonly string[];
  readonly policiesOff: readonly PolicyOff[];
}

const checked = (app: Application): Checked => {
  try {
    const { rules } = app;
    const files = policyFiles(app.config);
    const shipped = files.filter((file) => file.shipped);
    const isShipped = (id: string): boolean => shipped.some(({ text }) => text.includes(rules.policies[id] ?? ''));
    const all = lintPolicies(rules, app.installed.catalogue.manifests);
    const unused = all.filter(({ policy, kind }) => kind === 'never-matches' && isShipped(policy));
    return {
      policies: Object.keys(rules.policies).length,
      findings: all
        .filter((finding) => !unused.includes(finding))
        .map((finding) => ({ kind: finding.kind, says: formatFinding(finding, rules, files) })),
      unused: unused.map((finding) => formatFinding(finding, rules, files)),
      policiesOff: rules.settings.policiesOff,
    };
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    const findings = error.problems.map((says) => ({ kind: 'invalid', says }) as const);
    return { policies: 0, findings, unused: [], policiesOff: [] };
  }
};

/** Prints what is wrong with a configuration, a line for each finding. Exit code 1 if there is one. */
export const checkPolicies = async (flags: CheckFlags): Promise<void> => {
  const { policies, findings, unused, policiesOff } = checked(applicationAt(flags));
  const clean = findings.length === 0;
  if (!clean) process.exitCode = 1;
  if (flags.json === true) {
    printJson({ clean, policies, findings, unused, policiesOff });
    return;
  }
  const print = printer(false);
  const colours = coloursFor(process.stdout);
  for (const { says } of findings) print(ours(says));
  for (const says of unused) print(styled(colours.dim, plain`shipped, without use here: ${ours(says)}`));
  for (const { id, reason } of policiesOff) print(plain`Switched off in this deployment: ${id} — ${sentence(reason)}`);
  print(
    clean
      ? styled(
          colours.green,
          plain`${policies} policies: all compile, ${ours(unused.length === 0 ? 'each can match' : 'each of your own can match')}, and no permit is open to all.`,
        )
      : styled(colours.red, plain`${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`),
  );
};
