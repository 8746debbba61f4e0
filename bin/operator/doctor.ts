import { takingAgents } from '../../lambdas/kernel/policy/rules/clusters.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';
import type { DeploymentFlags } from './deployment.ts';
import { doctorAws } from './doctor-aws.ts';
import type { DoctorAws, DoctorFinding } from './doctor-finding.ts';
import { diagnose } from './diagnosis.ts';
import { ours, plain, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';

const linesOf = ({ check, verdict, says, todo }: DoctorFinding): PlainText[] => [
  plain`${ours(verdict.padEnd(5))}${ours(check.padEnd(13))} ${sentence(says, 2000)}`,
  ...(todo === undefined ? [] : [plain`${ours(' '.repeat(19))}→ ${ours(todo.replace(/\s+/g, ' '))}`]),
];

/** Flags of `checkrein doctor`. */
export interface DoctorFlags extends DeploymentFlags, ApplicationFlags {
  readonly notify?: boolean;
}

/** Checks a deployed stack and prints what is wrong with it. */
export const printDiagnosis = async (flags: DoctorFlags, aws: DoctorAws = doctorAws()): Promise<void> => {
  const { rules } = applicationAt(flags);
  const { settings } = rules;
  // An agent for a cluster that the settings do not have takes nothing, so it has no rule.
  const agents = takingAgents(rules);
  const findings = await diagnose(aws, {
    stack: flags.stack,
    agents,
    approvers: settings.approvers,
    clusters: settings.clusters,
    pageConcurrency: settings.pageConcurrency,
    notify: flags.notify === true,
  });
  const failed = findings.filter(({ verdict }) => verdict === 'fail').length;
  if (failed > 0) process.exitCode = 1;
  if (flags.json === true) {
    printJson({ ready: failed === 0, findings });
    return;
  }
  const print = printer(false);
  for (const line of findings.flatMap(linesOf)) print(line);
  print(failed === 0 ? plain`\nReady.` : plain`\nNot ready: ${failed} of ${findings.length} checks failed.`);
};
