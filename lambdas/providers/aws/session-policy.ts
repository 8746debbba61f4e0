import { actionOf, type AwsCall } from '../../contracts/tool.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { AwsChangeScope } from './change-scope.ts';
import { alsoTouched } from './also-touched.ts';

/** STS's limit on an inline session policy in plain text. */
const POLICY_LIMIT = 2048;

/**
 * The session policy of a change: only its actions, and only on the target where the action has resource-level
 * permissions. A target with wildcards is refused, because it would widen the policy.
 */
export const changeSessionPolicy = (scope: Pick<AwsChangeScope, 'calls' | 'targetArn' | 'also'>): string => {
  const { calls, targetArn } = scope;
  if (!/^arn:[^:]+:[^*?]+$/.test(targetArn) || targetArn.includes('${'))
    throw contractBroken(
      `A change was to be scoped to ${JSON.stringify(targetArn)}, which is not the ARN of one resource.`,
    );
  return policyOf(targetArn, [
    ...statement(actions(calls, 'target'), targetArn),
    ...alsoTouched(scope),
    ...statement(actions(calls, 'any'), '*'),
    ...onBehalfActions(calls).map((action) => ({
      Effect: 'Allow',
      Action: action,
      Resource: '*',
      Condition: FOR_AWS_ONLY,
    })),
  ]);
};

/** The session policy of a read: only these calls, on any resource that the role may read. */
export const readSessionPolicy = (calls: readonly AwsCall[]): string =>
  policyOf('an account', statement([...new Set(calls.map(actionOf))].sort(), '*'));

/** Without a session policy STS would grant the whole role, so there must be at least one statement. */
const policyOf = (what: string, statements: readonly object[]): string => {
  if (statements.length === 0) throw contractBroken(`A session for ${what} was requested without any AWS call.`);
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (policy.length > POLICY_LIMIT)
    throw contractBroken(`The session policy for ${what} has ${policy.length} characters; STS takes ${POLICY_LIMIT}.`);
  return policy;
};

/** Actions that AWS takes on behalf of the caller, such as a grant on the key of an encrypted volume. */
const onBehalfActions = (calls: readonly AwsCall[]): string[] => [
  ...new Set(calls.flatMap((call) => call.onBehalf ?? [])),
];

/** Only an AWS service may create a grant, while it carries out a call. The session cannot create one directly. */
const FOR_AWS_ONLY = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };

const actions = (calls: readonly AwsCall[], scope: AwsCall['scope']): string[] => [
  ...new Set(calls.filter((call) => call.scope === scope).map(actionOf)),
];

const statement = (allowed: readonly string[], resource: string): object[] =>
  allowed.length === 0 ? [] : [{ Effect: 'Allow', Action: allowed, Resource: resource }];
