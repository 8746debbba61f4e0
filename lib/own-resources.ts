import { ArnFormat, Aws, Stack, type ArnComponents } from 'aws-cdk-lib';
import { CfnApplication } from 'aws-cdk-lib/aws-codedeploy';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnApiDestination, CfnConnection, CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnRole, Effect, Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct, IConstruct } from 'constructs';
import { OWN_ALARM } from '../lambdas/contracts/own-alarms.ts';
import { OWN_LOG_GROUPS } from '../lambdas/contracts/own-log-groups.ts';
import { OWN_USES } from '../lambdas/contracts/own-uses.ts';
import type { AwsChangeManifest } from '../lambdas/contracts/tool.ts';

/**
 * Denies the functions that run tools everything on Checkrein's own resources but what they do there themselves, whatever the manifests of
 * tools allow. A policy of its own: in a function's policy, which the function depends on, its own ARN would be a cycle.
 */
export const keepReadsOut = (scope: Construct, readers: Role[]): void => {
  new Policy(scope, 'KeepReadsOut', {
    roles: readers,
    statements: [new PolicyStatement({ effect: Effect.DENY, notActions: [...OWN_USES], resources: dataArns(scope) })],
  });
};

/** Denies a role for changes everything on Checkrein's own resources, whatever the targets of tools are and the roles that they pass. */
export const keepChangesOut = (scope: Construct, change: Role, tools: readonly AwsChangeManifest[]): void => {
  const deny = (actions: string[], resources: string[]): PolicyStatement =>
    new PolicyStatement({ effect: Effect.DENY, actions, resources });
  const passes = tools.some((tool) => tool.changes.some(({ passesRole }) => passesRole !== undefined));
  const roles = passes ? roleArns(scope) : [];
  new Policy(scope, 'KeepChangesOut', {
    roles: [change],
    statements: [
      deny(['*'], [...dataArns(scope), ...machineryArns(scope)]),
      // Only if it could pass any: the policies of a role have a limit, and the roles are many.
      ...(roles.length > 0 ? [deny(['iam:PassRole'], roles)] : []),
    ],
  });
};

/** What holds traces, approvals, secrets and the switch, and what runs. */
const dataArns = (scope: Construct): string[] => scope.node.findAll().flatMap(dataArnsOf);

const dataArnsOf = (resource: IConstruct): string[] => {
  // With what is below them: indexes, subscriptions, versions, aliases.
  if (resource instanceof CfnTable || resource instanceof CfnFunction) return [`${resource.attrArn}*`];
  if (resource instanceof CfnTopic) return [`${resource.ref}*`];
  if (resource instanceof CfnKey) return [resource.attrArn];
  if (resource instanceof CfnSecret) return [resource.ref];
  if (resource instanceof CfnParameter)
    return [arn(resource, { service: 'ssm', resource: `parameter${resource.name}` })];
  if (!(resource instanceof CfnStateMachine)) return [];
  // The history of an execution has task tokens, by which one could answer for an approver.
  const execution = { service: 'states', resource: 'execution', resourceName: `${resource.attrName}:*` };
  return [`${resource.attrArn}*`, arn(resource, { ...execution, arnFormat: ArnFormat.COLON_RESOURCE_NAME })];
};

/** What starts incidents, keeps what was lost, tells of errors, and deploys. */
const machineryArns = (scope: Construct): string[] => {
  const colon = { arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  return [
    ...scope.node.findAll().flatMap((resource) => {
      if (resource instanceof CfnRule || resource instanceof CfnQueue) return [resource.attrArn];
      if (resource instanceof CfnEventSourceMapping) return [resource.attrEventSourceMappingArn];
      if (resource instanceof CfnConnection || resource instanceof CfnApiDestination) return [resource.attrArn];
      if (!(resource instanceof CfnApplication)) return [];
      return ['application', 'deploymentgroup'].map((kind) =>
        arn(resource, { service: 'codedeploy', resource: kind, resourceName: `${resource.ref}*`, ...colon }),
      );
    }),
    arn(scope, { service: 'cloudwatch', resource: 'alarm', resourceName: `${OWN_ALARM}*`, ...colon }),
    ...OWN_LOG_GROUPS.map((start) =>
      arn(scope, { service: 'logs', resource: 'log-group', resourceName: `${start}*`, ...colon }),
    ),
    Aws.STACK_ID,
  ];
};

const roleArns = (scope: Construct): string[] =>
  scope.node.findAll().flatMap((resource) => (resource instanceof CfnRole ? [resource.attrArn] : []));

const arn = (scope: IConstruct, parts: ArnComponents): string => Stack.of(scope).formatArn(parts);
