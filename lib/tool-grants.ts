import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { actionOf, type AwsCall, type ChangeManifest, type Manifest } from '../lambdas/contracts/tool.ts';
import { VERIFY_READS } from '../lambdas/contracts/verify-reads.ts';
import { CATALOGUE } from '../lambdas/tools/catalogue.ts';

/** The tools that some agent is granted; a tool that nobody may use brings no permission with it. */
export const grantedTools = (agents: readonly Agent[]): readonly Manifest[] => {
  const names = new Set(agents.flatMap(({ tools }) => [...tools.observe, ...tools.change]));
  return CATALOGUE.map((line) => line.manifest).filter((manifest) => names.has(manifest.name));
};

/** Those of the tools that mutate. */
export const changeTools = (tools: readonly Manifest[]): readonly ChangeManifest[] =>
  tools.filter((tool) => tool.kind === 'change');

/** What tools may read, as IAM statements. */
export const readsOf = (tools: readonly Manifest[]): PolicyStatement[] =>
  statements(tools.flatMap((tool) => tool.reads.map((call) => ({ call, arn: targetArn(tool) }))));

/** Verify looks at the alarm and its guard metrics itself, whatever tool made the change. */
export const ownReadsOfVerify = (): PolicyStatement =>
  new PolicyStatement({ actions: VERIFY_READS.map(actionOf), resources: ['*'] });

/** What change tools may change, as IAM statements: in this Region only, on the kinds of target they name only. */
export const changesOf = (tools: readonly ChangeManifest[]): PolicyStatement[] =>
  statements(
    tools.flatMap((tool) => tool.changes.map((call) => ({ call, arn: targetArn(tool) }))),
    { conditions: { StringEquals: { 'aws:RequestedRegion': Aws.REGION } } },
  );

/**
 * What AWS may do in the change role's name, such as the key grant that starting an encrypted instance takes:
 * on any key of the account, but never at the role's own request.
 */
export const onBehalfOf = (tools: readonly ChangeManifest[]): PolicyStatement[] => {
  const actions = [...new Set(tools.flatMap((tool) => tool.changes.flatMap((call) => call.onBehalf ?? [])))];
  if (actions.length === 0) return [];
  return [
    new PolicyStatement({
      actions,
      resources: [`arn:${Aws.PARTITION}:kms:${Aws.REGION}:${Aws.ACCOUNT_ID}:key/*`],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
};

/** One statement per resource, so that an action is never allowed on more than its manifest says. */
const statements = (
  calls: readonly { call: AwsCall; arn: string }[],
  common: PolicyStatementProps = {},
): PolicyStatement[] => {
  const actions = new Map<string, Set<string>>();
  for (const { call, arn } of calls) {
    const resource = call.scope === 'target' ? arn : '*';
    actions.set(resource, (actions.get(resource) ?? new Set()).add(actionOf(call)));
  }
  return [...actions].map(
    ([resource, allowed]) => new PolicyStatement({ ...common, actions: [...allowed].sort(), resources: [resource] }),
  );
};

/** The ARN pattern of a tool's targets in this account and Region; anything, for a tool that only observes. */
const targetArn = (tool: Manifest): string =>
  tool.kind === 'change'
    ? tool.targetArn
        .replace(/^arn:aws:/, `arn:${Aws.PARTITION}:`)
        .replaceAll('${account}', Aws.ACCOUNT_ID)
        .replaceAll('${region}', Aws.REGION)
    : '*';
