import { actionOf, type AwsCall, type AwsChangeManifest, type AwsManifest } from '../../contracts/tool.ts';
import { APPLY_READS, CLOSE_READS, OPEN_READS, VERIFY_READS } from '../../contracts/step-reads.ts';

/** An IAM statement that allows. Its strings leave `${partition}`, `${account}` and `${region}` open. */
export interface IamStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What tools may read; of the logs only the log groups that match one of the patterns. */
export const readPermissions = (tools: readonly AwsManifest[], logGroups: readonly string[]): IamStatement[] => {
  const reads = tools.flatMap((tool) => tool.reads.map((call) => ({ call, arn: targetPattern(tool) })));
  const logReads = reads.filter(({ call }) => call.scope === 'log-group').map(({ call }) => actionOf(call));
  const resources = [...new Set(logGroups.flatMap(logGroupArns))].sort();
  return [
    ...statements(reads.filter(({ call }) => call.scope !== 'log-group')),
    ...(logReads.length > 0 && resources.length > 0 ? [{ actions: [...new Set(logReads)].sort(), resources }] : []),
  ];
};

/**
 * The ARNs of the log groups that match a pattern. CloudWatch Logs checks some actions against the ARN of the group, and
 * others against the same ARN with a stream behind a colon, which no name contains.
 */
export const logGroupArns = (pattern: string): string[] => {
  const arn = `arn:\${partition}:logs:\${region}:\${account}:log-group:${pattern}`;
  return pattern.endsWith('*') ? [arn] : [arn, `${arn}:*`];
};

/** What Open reads: the composite alarms that name an alarm, and the tags of an instance. */
export const openPermissions = (): IamStatement => ({ actions: OPEN_READS.map(actionOf), resources: ['*'] });

/** What Verify reads whatever tool made the change: the alarm. */
export const verifyPermissions = (): IamStatement => ({ actions: VERIFY_READS.map(actionOf), resources: ['*'] });

/** What Close reads: how the alarms that had joined the incident are. */
export const closePermissions = (): IamStatement => ({ actions: CLOSE_READS.map(actionOf), resources: ['*'] });

/** What Apply reads whatever tool makes the change: how the alarm is now. */
export const applyPermissions = (): IamStatement => ({ actions: APPLY_READS.map(actionOf), resources: ['*'] });

/** What change tools may change: only in this Region, only on the kinds of target that they name. */
export const changePermissions = (tools: readonly AwsChangeManifest[]): IamStatement[] =>
  statements(
    tools.flatMap((tool) =>
      tool.changes.flatMap((call) =>
        [targetPattern(tool), ...(call.touches ?? []).map(withPartition)].map((arn) => ({ call, arn })),
      ),
    ),
    { StringEquals: { 'aws:RequestedRegion': '${region}' } },
  );

/** The roles that change tools may pass, each pattern to one service only. */
export const passRolePermissions = (tools: readonly AwsChangeManifest[]): IamStatement[] =>
  tools
    .flatMap((tool) => tool.changes.flatMap(({ passesRole }) => passesRole ?? []))
    .map(({ arn, service }) => ({
      actions: ['iam:PassRole'],
      resources: [withPartition(arn)],
      conditions: { StringEquals: { 'iam:PassedToService': service } },
    }));

/**
 * What AWS services may do on behalf of the change role, such as creating the KMS grant that starting an encrypted
 * instance needs. Any key of the account, but never a request that the role makes itself.
 */
export const onBehalfPermissions = (tools: readonly AwsChangeManifest[]): IamStatement[] => {
  const actions = [...new Set(tools.flatMap((tool) => tool.changes.flatMap((call) => call.onBehalf ?? [])))];
  if (actions.length === 0) return [];
  return [
    {
      actions,
      resources: ['arn:${partition}:kms:${region}:${account}:key/*'],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ];
};

/** One statement for each resource, so an action is never allowed on more than its manifest says. */
const statements = (
  calls: readonly { call: AwsCall; arn: string }[],
  conditions?: IamStatement['conditions'],
): IamStatement[] => {
  const byResource = new Map<string, Set<string>>();
  for (const { call, arn } of calls) {
    const resource = call.scope === 'target' ? arn : '*';
    byResource.set(resource, (byResource.get(resource) ?? new Set()).add(actionOf(call)));
  }
  return [...byResource].map(([resource, actions]) => ({
    actions: [...actions].sort(),
    resources: [resource],
    ...(conditions && { conditions }),
  }));
};

/** ARN pattern of a tool's targets; anything for a tool that only observes. */
const targetPattern = (tool: AwsManifest): string => (tool.kind === 'change' ? withPartition(tool.targetArn) : '*');

const withPartition = (pattern: string): string => pattern.replace(/^arn:aws:/, 'arn:${partition}:');
