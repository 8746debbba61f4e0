import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Settings } from '../../lambdas/contracts/settings.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { Deployment } from './deployment.ts';
import { checkApprovers } from './doctor-approvers.ts';
import {
  checkBootstrap,
  checkCredentials,
  checkDryIncident,
  checkIntake,
  checkKillSwitch,
  checkLedger,
  checkModelKey,
  checkPrices,
  checkStack,
} from './doctor-checks.ts';
import { fail, type DoctorAws, type DoctorFinding, type DoctorVerdict } from './doctor-finding.ts';

/** What should be deployed, according to this checkout. */
interface Expected {
  readonly stack: string;
  readonly agents: readonly Agent[];
  readonly approvers: Settings['approvers'];
}

/** A check that cannot be made has failed. */
const findingOf = async (check: string, look: () => DoctorVerdict | Promise<DoctorVerdict>): Promise<DoctorFinding> => {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    return { check, ...fail(error.message, error.advice) };
  }
};

/** Checks a deployment from the outside in. Checks that need something missing are skipped. */
export const diagnose = async (aws: DoctorAws, expected: Expected): Promise<DoctorFinding[]> => {
  const caller = await findingOf('credentials', () => checkCredentials(aws));
  if (caller.verdict === 'fail') return [caller];
  const findings = [
    caller,
    await findingOf('bootstrap', () => checkBootstrap(aws)),
    await findingOf('prices', () => checkPrices(expected.agents)),
  ];
  let deployment: Deployment | undefined;
  findings.push(
    await findingOf('stack', async () => {
      const stack = await aws.stack(expected.stack);
      deployment = stack?.deployment;
      return checkStack(aws, expected.stack, stack);
    }),
  );
  if (deployment === undefined) return findings;
  const outputs = deployment;
  return [
    ...findings,
    await findingOf('model key', () => checkModelKey(aws, outputs.ModelKeySecret)),
    await findingOf('approvers', () => checkApprovers(aws, outputs, expected.approvers)),
    await findingOf('kill switch', () => checkKillSwitch(aws, outputs.SwitchParameter)),
    await findingOf('alarm intake', () => checkIntake(aws, outputs.StartArn, expected.agents)),
    await findingOf('ledger', () => checkLedger(aws, outputs.LedgerTable)),
    await findingOf('dry incident', () => checkDryIncident(aws, outputs)),
  ];
};
