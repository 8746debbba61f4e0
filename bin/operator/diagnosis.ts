import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { Settings } from '../../lambdas/contracts/settings.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { Deployment } from './deployment.ts';
import { checkApprovers } from './doctor-approvers.ts';
import {
  checkBootstrap,
  checkCredentials,
  checkIntake,
  checkKillSwitch,
  checkLedger,
  checkModelKey,
  checkPrices,
  checkStack,
} from './doctor-checks.ts';
import { clusterFindings, dryIncident, modelVerdict } from './doctor-incident.ts';
import { checkLambdaQuota } from './doctor-quota.ts';
import { fail, type DoctorAws, type DoctorFinding, type DoctorVerdict } from './doctor-finding.ts';

/** What should be deployed, according to the config directory. */
interface Expected {
  readonly stack: string;
  readonly agents: readonly Agent[];
  readonly approvers: Settings['approvers'];
  readonly pageConcurrency?: Settings['pageConcurrency'];
  readonly clusters: Settings['clusters'];
  /** Whether the closing message of the dry incident goes to the approvers. */
  readonly notify?: boolean;
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
    // An agent that only runs by the clock has no pattern; its rule is the schedule's.
    await findingOf('alarm intake', () =>
      checkIntake(
        aws,
        outputs.StartArn,
        expected.agents.filter(({ takes }) => takes !== undefined),
      ),
    ),
    await findingOf('ledger', () => checkLedger(aws, outputs.LedgerTable)),
    await findingOf('Lambda quota', () => checkLambdaQuota(aws, expected.pageConcurrency)),
    ...(await incidentFindings(aws, outputs, expected)),
  ];
};

/** The dry incident, and what its trace says about the models and the clusters. */
const incidentFindings = async (
  aws: DoctorAws,
  outputs: Deployment,
  { clusters, notify }: Expected,
): Promise<DoctorFinding[]> => {
  let trace: readonly TraceEvent[] = [];
  const incident = await findingOf('dry incident', async () => {
    const { verdict, events } = await dryIncident(aws, outputs, notify === true);
    trace = events;
    return verdict;
  });
  const models = modelVerdict(trace);
  const names = clusters.map(({ name }) => name);
  return [
    incident,
    ...(models === undefined ? [] : [{ check: 'models', ...models }]),
    ...clusterFindings(trace, names),
  ];
};
