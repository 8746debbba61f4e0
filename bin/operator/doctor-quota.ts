import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import { ok, warn, type DoctorAws, type DoctorVerdict } from './doctor-finding.ts';

/** Lambda accepts a reservation only if this many executions stay unreserved. */
const MIN_UNRESERVED = 100;
const RESERVATION = 5;
/** Identifies "Concurrent executions" in Service Quotas. */
const QUOTA_CODE = 'L-B99A9384';
const RAISE_IT =
  `Ask for 1,000: aws service-quotas request-service-quota-increase --service-code lambda --quota-code ${QUOTA_CODE} ` +
  '--desired-value 1000';

/** How many functions can run at once, and whether some should be reserved for the approval page. */
export const checkLambdaQuota = async (aws: DoctorAws, pageConcurrency: number | undefined): Promise<DoctorVerdict> => {
  const quota = await readQuota(aws);
  if (quota instanceof CheckreinError)
    return warn(
      `How many functions can run at once is unknown. ${quota.message}`,
      'Allow lambda:GetAccountSettings, or look at Service Quotas, Lambda, Concurrent executions.',
    );
  const { atOnce, unreserved } = quota;
  const says = `Lambda runs ${String(atOnce)} at once here; ${String(unreserved)} are not reserved.`;
  if (atOnce < MIN_UNRESERVED)
    return warn(
      `${says} In a storm of alarms, incidents wait for each other, and those that wait too long end as failed.`,
      RAISE_IT,
    );
  if (pageConcurrency !== undefined || unreserved - RESERVATION < MIN_UNRESERVED) return ok(says);
  return {
    ...ok(`${says} That is enough to reserve some for the approval page.`),
    todo: `Set pageConcurrency: ${String(RESERVATION)} in deployment.ts, so that a flood of page requests cannot use up the rest.`,
  };
};

const readQuota = async (aws: DoctorAws): Promise<Awaited<ReturnType<DoctorAws['lambdaQuota']>> | CheckreinError> => {
  try {
    return await aws.lambdaQuota();
  } catch (error) {
    if (error instanceof CheckreinError) return error;
    throw error;
  }
};
