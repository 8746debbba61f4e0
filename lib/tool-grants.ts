import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { ofAws, type AwsChangeManifest, type AwsManifest } from '../lambdas/contracts/tool.ts';
import {
  applyPermissions,
  changePermissions,
  closePermissions,
  onBehalfPermissions,
  openPermissions,
  passRolePermissions,
  readPermissions,
  verifyPermissions,
  type IamStatement,
} from '../lambdas/providers/aws/permissions.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';

/** The tools on AWS that some agent is granted. A tool that no agent may use adds no permission. */
export const grantedTools = (agents: readonly Agent[], catalogue: Catalogue): readonly AwsManifest[] => {
  const names = new Set(agents.flatMap(({ tools }) => [...tools.observe, ...tools.change]));
  return ofAws(catalogue.manifests).filter((manifest) => names.has(manifest.name));
};

/** The change tools among them. */
export const changeTools = (tools: readonly AwsManifest[]): readonly AwsChangeManifest[] =>
  tools.filter((tool) => tool.kind === 'change');

/** IAM statements for the reads of these tools, on the log groups of all agents together. */
export const toolReads = (tools: readonly AwsManifest[], agents: readonly Agent[]): PolicyStatement[] =>
  readPermissions(
    tools,
    agents.flatMap(({ logGroups }) => logGroups),
  ).map(toStatement);

/** IAM statement for the reads that Open makes: what belongs together. */
export const openReads = (): PolicyStatement => toStatement(openPermissions());

/** IAM statement for the reads that Verify makes itself. */
export const verifyReads = (): PolicyStatement => toStatement(verifyPermissions());

/** IAM statement for the reads that Close makes: how the alarms that had joined are. */
export const closeReads = (): PolicyStatement => toStatement(closePermissions());

/** IAM statement for the reads that Apply makes itself. */
export const applyReads = (): PolicyStatement => toStatement(applyPermissions());

/** IAM statements for the changes of these tools, and for what AWS does on their behalf. */
export const toolChanges = (tools: readonly AwsChangeManifest[]): PolicyStatement[] =>
  [...changePermissions(tools), ...passRolePermissions(tools), ...onBehalfPermissions(tools)].map(toStatement);

/** Adds statements of tools to a role that is assumed with a session policy. */
export const addToolStatements = (role: Role, statements: readonly PolicyStatement[]): void => {
  const reason = 'Covers all targets of one kind. The session policy of each change names one of them.';
  for (const statement of statements) {
    role.addToPolicy(statement);
    for (const target of statement.resources) acknowledgeWildcard(role, target, reason);
  }
};

/** Adds the reads of tools to the role of a function. */
export const addToolReads = (role: Role, statements: readonly PolicyStatement[]): void => {
  for (const statement of statements) {
    role.addToPolicy(statement);
    for (const resource of statement.resources.filter((one) => one !== '*'))
      acknowledgeWildcard(role, resource, 'The patterns of log groups that config/agents/ lists.');
  }
};

/** Fills in the partition, account and Region that the stack is deployed to. */
const toStatement = ({ actions, resources, conditions = {} }: IamStatement): PolicyStatement =>
  new PolicyStatement({
    actions: [...actions],
    resources: resources.map(fillIn),
    conditions: Object.fromEntries(
      Object.entries(conditions).map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, fillIn(value)])),
      ]),
    ),
  });

export const fillIn = (pattern: string): string =>
  pattern
    .replaceAll('${partition}', Aws.PARTITION)
    .replaceAll('${account}', Aws.ACCOUNT_ID)
    .replaceAll('${region}', Aws.REGION);
