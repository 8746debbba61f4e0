import { RemovalPolicy } from 'aws-cdk-lib';
import { type LogGroupProps, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Settings } from '../lambdas/contracts/settings.ts';

const DAYS: Record<Settings['logRetentionDays'], RetentionDays> = {
  30: RetentionDays.ONE_MONTH,
  90: RetentionDays.THREE_MONTHS,
  180: RetentionDays.SIX_MONTHS,
  365: RetentionDays.ONE_YEAR,
  731: RetentionDays.TWO_YEARS,
};

/**
 * Whether keys and logs survive the deletion of the stack. A deployment that fails at the first attempt leaves none
 * behind (`RetainExceptOnCreate`), since nothing was written with them yet.
 */
export const removalPolicyOf = ({ protectData }: Settings): RemovalPolicy =>
  protectData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/** How long log groups keep logs, and whether they survive the stack. */
export const logGroupProps = (settings: Settings): LogGroupProps => ({
  retention: DAYS[settings.logRetentionDays],
  removalPolicy: removalPolicyOf(settings),
});
