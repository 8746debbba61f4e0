import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Settings } from '../../lambdas/contracts/settings.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { Deployment } from './deployment.ts';
import {
  approvers,
  bootstrap,
  credentials,
  dryIncident,
  intake,
  checkKillSwitch,
  ledger,
  checkModelKey,
  prices,
  stackVerdict,
} from './doctor-checks.ts';
import { fail, type DoctorAws, type DoctorFinding, type Verdict } from './doctor-finding.ts';

/** What the checkout says that was deployed. */
interface Expected {
  readonly stack: string;
  readonly agents: readonly Agent[];
  readonly approvers: Settings['approvers'];
}

/** A check that cannot be made is a failed one. */
const found = async (check: string, look: () => Verdict | Promise<Verdict>): Promise<DoctorFinding> => {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    return { check, ...fail(error.message, error.advice) };
  }
};

/** Examines a deployment from the outside in. What needs something that is missing is not looked at. */
export const runDoctor = async (aws: DoctorAws, expected: Expected): Promise<DoctorFinding[]> => {
  const caller = await found('credentials', () => credentials(aws));
  if (caller.verdict === 'fail') return [caller];
  const findings = [
    caller,
    await found('bootstrap', () => bootstrap(aws)),
    await found('prices', () => prices(expected.agents)),
  ];
  let deployment: Deployment | undefined;
  findings.push(
    await found('stack', async () => {
      const stack = await aws.stack(expected.stack);
      deployment = stack?.deployment;
      return stackVerdict(aws, expected.stack, stack);
    }),
  );
  if (deployment === undefined) return findings;
  const there = deployment;
  return [
    ...findings,
    await found('model key', () => checkModelKey(aws, there.ModelKeySecret)),
    await found('approvers', () => approvers(aws, there.ApproversTopic, expected.approvers)),
    await found('kill switch', () => checkKillSwitch(aws, there.SwitchParameter)),
    await found('alarm intake', () => intake(aws, there.StartArn, expected.agents)),
    await found('ledger', () => ledger(aws, there.LedgerTable)),
    await found('dry incident', () => dryIncident(aws, there)),
  ];
};
