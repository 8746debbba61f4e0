import { formatFinding, lintPolicies } from '../../lambdas/kernel/policy/rules/lint.ts';
import { RulesError } from '../../lambdas/kernel/policy/rules/rules-error.ts';
import { applicationAt, type Application, type ApplicationFlags } from '../../local/application.ts';
import { policyFiles } from './config-directory.ts';
import { coloursFor } from '../io/timeline-lines.ts';
import { ours, plain, styled } from '../../lambdas/kernel/trace/outside-text.ts';
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

const findingsIn = (app: Application): { policies: number; findings: readonly ConfigFinding[] } => {
  try {
    const { rules } = app;
    const files = policyFiles(app.config);
    const findings = lintPolicies(rules, app.installed.catalogue.manifests).map((finding) => ({
      kind: finding.kind,
      says: formatFinding(finding, rules, files),
    }));
    return { policies: Object.keys(rules.policies).length, findings };
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    return { policies: 0, findings: error.problems.map((says) => ({ kind: 'invalid', says })) };
  }
};

/** Prints what is wrong with a configuration, a line for each finding. Exit code 1 if there is one. */
export const checkPolicies = async (flags: CheckFlags): Promise<void> => {
  const { policies, findings } = findingsIn(applicationAt(flags));
  const clean = findings.length === 0;
  if (!clean) process.exitCode = 1;
  if (flags.json === true) {
    printJson({ clean, policies, findings });
    return;
  }
  const print = printer(false);
  const colours = coloursFor(process.stdout);
  for (const { says } of findings) print(ours(says));
  print(
    clean
      ? styled(colours.green, plain`${policies} policies: all compile, each can match, and no permit is open to all.`)
      : styled(colours.red, plain`${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`),
  );
};
