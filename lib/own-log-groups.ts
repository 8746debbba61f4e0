import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { InputError } from '../lambdas/contracts/errors.ts';
import { OWN_LOG_GROUPS, OWN_STACK } from '../lambdas/contracts/own-log-groups.ts';
import { logGroupArns } from '../lambdas/providers/aws/permissions.ts';
import { fillIn } from './tool-grants.ts';

/** Every action that reads what is in a log group. */
const LOG_READS = [
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:GetLogGroupFields',
  'logs:GetLogRecord',
  'logs:GetQueryResults',
  'logs:StartLiveTail',
  'logs:StartQuery',
];

/**
 * Denies a role to read Checkrein's own log groups, whatever the patterns of agents allow: those of its stack by
 * reference, and by name also those that a deleted deployment left behind.
 */
export const denyOwnLogs = (role: Role): void => {
  const stack = Stack.of(role);
  const ofStack = stack.node.findAll().filter((one) => one instanceof LogGroup);
  const patterns = [
    ...ofStack.map(({ logGroupName }) => `${logGroupName}*`),
    ...OWN_LOG_GROUPS.map((start) => `${start}*`),
  ];
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: LOG_READS,
      resources: patterns.flatMap(logGroupArns).map(fillIn),
    }),
  );
};

/** CloudFormation names log groups after their stack, and the kernel knows Checkrein's own by this name. */
export const checkStackName = ({ stackName }: Stack): void => {
  if (stackName.startsWith(OWN_STACK)) return;
  throw new InputError(
    `the stack ${stackName}`,
    `its name does not begin with ${OWN_STACK}, so the kernel would not know its log groups as Checkrein's own`,
    `name it ${OWN_STACK}, or ${OWN_STACK} and something`,
  );
};
