import { policyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { configFiles, type ConfigFile } from '../../lambdas/kernel/policy/rules/config-files.ts';
import { RulesError } from '../../lambdas/kernel/policy/rules/rules-error.ts';
import { readCases } from './case-file.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';
import { runShippedCases } from './shipped-cases.ts';
import { readText } from '../../local/files.ts';
import { runCase, policiesWithoutCase, type PolicyCaseResult } from './cases.ts';
import { tableLines } from '../io/table.ts';
import { coloursFor } from '../io/timeline-lines.ts';
import { ours, plain, sentence, styled, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';

/** Flags of `checkrein policy test`. */
export interface TestFlags extends ApplicationFlags {
  readonly json?: boolean;
}

const caseFiles = (named: readonly string[], directory: string): readonly ConfigFile[] => {
  if (named.length > 0) return named.map((path) => ({ path, text: readText('cases', path) }));
  const { value, problems } = configFiles(directory, 'policy-cases', '.yaml');
  if (problems.length > 0) throw new RulesError(problems);
  return value;
};

const printTable = (results: readonly PolicyCaseResult[], withoutCase: readonly string[]): void => {
  const print = printer(false);
  const colours = coloursFor(process.stdout);
  const rows = results.map((one) => [
    one.skipped !== undefined ? 'skip' : one.differs.length === 0 ? 'pass' : 'FAIL',
    one.question,
    one.approvals === null ? one.verdict : `${one.verdict} by ${one.approvals}`,
    one.statements.map((statement) => statement.id).join(', ') || '-',
    one.case,
  ]);
  const [head = '', ...lines] = tableLines([['', 'question', 'verdict', 'determined by', 'case'], ...rows]);
  print(styled(colours.dim, ours(head)));
  for (const [index, line] of lines.entries()) {
    const { differs = [], place = '', skipped } = results[index] ?? {};
    if (skipped !== undefined) {
      print(styled(colours.dim, ours(line)));
      print(plain`       ${ours(place)}: ${sentence(skipped)}`);
      continue;
    }
    print(differs.length === 0 ? ours(line) : styled(colours.red, ours(line)));
    for (const difference of differs) print(plain`       ${ours(place)}: ${sentence(difference)}`);
  }
  print(plain`\n${totals(results)}`);
  if (withoutCase.length > 0)
    print(styled(colours.yellow, plain`No case covers these policies: ${ours(withoutCase.join(', '))}.`));
};

const totals = (results: readonly PolicyCaseResult[]): PlainText => {
  const colours = coloursFor(process.stdout);
  const failed = results.filter((one) => one.differs.length > 0).length;
  const skipped = results.filter((one) => one.skipped !== undefined).length;
  const evaluated = results.length - skipped;
  const left = skipped === 0 ? '' : plain` ${skipped} skipped: a policy is switched off.`;
  return failed === 0
    ? styled(colours.green, plain`All ${evaluated} cases pass.${left}`)
    : styled(colours.red, plain`${failed} of ${evaluated} cases fail.${left}`);
};

/** Evaluates the shipped cases and those of a team, or those of the named files, and prints a table of them. Exit code 1 if one fails. */
export const testPolicies = async (files: readonly string[], flags: TestFlags): Promise<void> => {
  const { config, installed, rules } = applicationAt(flags);
  const { catalogue, providers } = installed;
  const current = { rules, catalogue, policy: policyEngine(rules, providers) };
  const own = readCases(caseFiles(files, config), current).map((one) => runCase(one, current));
  const results = files.length > 0 ? own : [...runShippedCases(rules), ...own];
  const withoutCase = policiesWithoutCase(results, rules);
  const holds = results.every((one) => one.differs.length === 0);
  if (!holds) process.exitCode = 1;
  if (flags.json === true) printJson({ holds, cases: results, policiesWithoutCase: withoutCase });
  else printTable(results, withoutCase);
};
