import { actionOf, type AwsCall } from '../../contracts/tool.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { ChangeScope } from '../../contracts/ports.ts';

/** STS's limit on an inline session policy in plain text. */
const POLICY_LIMIT = 2048;

/**
 * The inline policy of a session that changes: the scope's actions and nothing else, on the target where IAM
 * can be narrowed to it. A target that IAM would read as a pattern is refused: it would widen what is granted.
 */
export const changeSessionPolicy = ({ calls, targetArn }: Pick<ChangeScope, 'calls' | 'targetArn'>): string => {
  if (!/^arn:[^:]+:[^*?]+$/.test(targetArn) || targetArn.includes('${'))
    throw contractBroken(
      `A change was to be scoped to ${JSON.stringify(targetArn)}, which is not the ARN of one resource.`,
    );
  return policyOf(targetArn, [
    ...statement(actions(calls, 'target'), targetArn),
    ...statement(actions(calls, 'any'), '*'),
    ...onBehalfActions(calls).map((action) => ({
      Effect: 'Allow',
      Action: action,
      Resource: '*',
      Condition: FOR_AWS_ONLY,
    })),
  ]);
};

/** The inline policy of a session that looks: these calls, on whatever the role lets it look at. */
export const readSessionPolicy = (calls: readonly AwsCall[]): string =>
  policyOf('an account', statement([...new Set(calls.map(actionOf))].sort(), '*'));

/** STS would take a policy without statements for a mistake, and none at all for the whole role. */
const policyOf = (what: string, statements: readonly object[]): string => {
  if (statements.length === 0) throw contractBroken(`A session for ${what} was to be had without any AWS call.`);
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (policy.length > POLICY_LIMIT)
    throw contractBroken(`The session policy for ${what} has ${policy.length} characters; STS takes ${POLICY_LIMIT}.`);
  return policy;
};

/** Actions that AWS takes in the caller's name, such as a grant on the key of an encrypted volume. */
const onBehalfActions = (calls: readonly AwsCall[]): string[] => [
  ...new Set(calls.flatMap((call) => call.onBehalf ?? [])),
];

/** An AWS service may ask for a grant while it carries out a call; nobody can ask for one directly. */
const FOR_AWS_ONLY = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };

const actions = (calls: readonly AwsCall[], scope: AwsCall['scope']): string[] => [
  ...new Set(calls.filter((call) => call.scope === scope).map(actionOf)),
];

const statement = (allowed: readonly string[], resource: string): object[] =>
  allowed.length === 0 ? [] : [{ Effect: 'Allow', Action: allowed, Resource: resource }];
