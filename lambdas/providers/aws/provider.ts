import { contractBroken } from '../../contracts/errors.ts';
import { refOf } from '../../contracts/plan.ts';
import type { Provider } from '../../contracts/provider.ts';
import { AWS, isAwsCall, type AwsCall, type ProviderCall } from '../../contracts/tool.ts';
import { adviceOn } from '../../tools/aws/error-advice.ts';
import type { ChangeAccess, ReadAccess } from '../access.ts';
import type { AwsChangeCredentials } from './change-scope.ts';
import type { AwsCloudAccess } from './cloud.ts';

/** AWS: a target is named by its ARN, and is in its account. */
export const aws: Provider = {
  name: AWS,
  // A control character or a blank at the end would make a second name of one target, with a lease and a cooldown of its own.
  isRef: (text) => /^arn:[^:*?]+:[^*?\p{Cc}]*[^*?\p{Cc}\s]$/u.test(text) && !text.includes('${'),
  parentsOf: ({ account }) => [{ type: 'Account', id: account }],
  // EC2's own dry run. A service without one has no call that is only a dry run.
  isDryRun: ({ input }) => input['DryRun'] === true,
  adviceOn,
};

/** Reads in AWS, as one of the installed providers. */
export const awsReads = (access: AwsCloudAccess): ReadAccess => ({
  name: AWS,
  cloud: (calls, location) => access(awsCalls(calls), location),
});

/** Changes in AWS, as one of the installed providers. */
export const awsChanges = (credentials: AwsChangeCredentials): ChangeAccess => ({
  name: AWS,
  assume: ({ calls, target, ...more }) =>
    credentials.assume({ ...more, calls: awsCalls(calls), targetArn: refOf(target) }),
});

const awsCalls = (calls: readonly ProviderCall[]): readonly AwsCall[] => {
  const foreign = calls.find((call) => !isAwsCall(call));
  if (foreign !== undefined)
    throw contractBroken(
      `The call ${foreign.service}:${foreign.command} of an AWS tool has no scope, or its service is not one that Checkrein calls.`,
    );
  return calls.filter(isAwsCall);
};
