import { Aws, Fn, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnLogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { FLOW_LOGS, OWN_LOG_GROUPS, OWN_PREFIX } from '../lambdas/contracts/own-log-groups.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { logGroupArns } from '../lambdas/providers/aws/permissions.ts';
import { logGroupProps } from './retention.ts';
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
 * A log group of a function of Checkrein, under a name that the kernel and every role know as Checkrein's own. CloudFormation names log
 * groups after their stack, so in a stack of another name it gets one that begins as it must. The stack's UUID lets a later stack of the
 * same name be deployed while this one's logs are kept.
 */
export const ownLogGroup = (scope: Construct, id: string, settings: Settings): LogGroup => {
  const group = new LogGroup(scope, id, logGroupProps(settings));
  const { defaultChild } = group.node;
  if (!Stack.of(scope).stackName.startsWith(OWN_PREFIX) && defaultChild instanceof CfnLogGroup)
    defaultChild.logGroupName = `${OWN_PREFIX}-${Aws.STACK_NAME}-${defaultChild.logicalId}-${stackUuid()}`;
  return group;
};

/**
 * The log group of the state machine. Log delivery writes every destination into a resource policy that may have 5,120
 * characters in an account and Region, except destinations under this prefix.
 */
export const ownFlowLogGroup = (scope: Construct, id: string, settings: Settings): LogGroup => {
  const own = Stack.of(scope).stackName.startsWith(OWN_PREFIX) ? '' : `${OWN_PREFIX}-`;
  const logGroupName = `${FLOW_LOGS}${own}${Aws.STACK_NAME}-${stackUuid()}`;
  return new LogGroup(scope, id, { ...logGroupProps(settings), logGroupName });
};

const stackUuid = (): string => Fn.select(2, Fn.split('/', Aws.STACK_ID));

/**
 * Denies a role to read Checkrein's own log groups, whatever the patterns of agents allow: by reference those of a construct, and by name
 * those of every Checkrein in the account, also ones that a deleted deployment left behind.
 */
export const denyOwnLogs = (role: Role, groups: readonly LogGroup[] = []): void => {
  const patterns = [
    ...groups.map(({ logGroupName }) => `${logGroupName}*`),
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
