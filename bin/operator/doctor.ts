import { configAt, rulesIn } from '../policy/config-directory.ts';
import type { DeploymentFlags } from './deployment.ts';
import { doctorAws } from './doctor-aws.ts';
import type { DoctorAws, DoctorFinding } from './doctor-finding.ts';
import { diagnose } from './diagnosis.ts';
import { printer, printJson } from '../io/output.ts';

const linesOf = ({ check, verdict, says, todo }: DoctorFinding): string[] => [
  `${verdict.padEnd(5)}${check.padEnd(14)}${says}`,
  ...(todo === undefined ? [] : [`${' '.repeat(19)}→ ${todo}`]),
];

/** Checks a deployed stack and prints what is wrong with it. */
export const printDiagnosis = async (flags: DeploymentFlags, aws: DoctorAws = doctorAws()): Promise<void> => {
  const { agents, settings } = await rulesIn(configAt(undefined));
  const findings = await diagnose(aws, { stack: flags.stack, agents, approvers: settings.approvers });
  const failed = findings.filter(({ verdict }) => verdict === 'fail').length;
  if (failed > 0) process.exitCode = 1;
  if (flags.json === true) {
    printJson({ ready: failed === 0, findings });
    return;
  }
  const print = printer(false);
  for (const line of findings.flatMap(linesOf)) print(line);
  print(failed === 0 ? '\nReady.' : `\nNot ready: ${String(failed)} of ${String(findings.length)} checks failed.`);
};
