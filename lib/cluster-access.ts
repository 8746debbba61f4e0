import { Aws, CfnCondition, Fn } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CLUSTER_GROUPS, type Cluster } from '../lambdas/contracts/clusters.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { namespaceRights, usagePermissions } from '../lambdas/providers/kubernetes/permissions.ts';
import type { Manifest } from '../lambdas/contracts/tool.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';
import { fillIn } from './tool-grants.ts';

export interface ClusterAccessProps {
  readonly rules: Rules;
  readonly catalogue: Catalogue;
  /** The roles under which clusters of this account are read. */
  readonly readers: Readonly<Record<string, Role>>;
  /** The kinds of tools whose reads each of them makes: for usage, which IAM grants. */
  readonly reads: Readonly<Record<string, readonly Manifest['kind'][]>>;
  /** The role of which each change has a session. */
  readonly change: Role;
  /** Whether this is a member account: then each entry is only for the account that its cluster is in. */
  readonly member?: boolean;
}

/**
 * Lets Checkrein into the clusters that agents are granted: an access entry of EKS with a group and without any access policy,
 * so that only the RBAC of the cluster says what the group may do. A cluster where no agent has a tool gets none.
 */
export class ClusterAccess extends Construct {
  constructor(scope: Construct, id: string, props: ClusterAccessProps) {
    super(scope, id);
    const { rules, catalogue, readers, reads, change, member = false } = props;
    const hub = rules.settings.members?.hub;
    const ours = rules.settings.clusters.filter(({ account = hub }) => (account === hub) !== member);
    for (const cluster of ours) {
      for (const [name, role] of Object.entries(readers))
        for (const kind of reads[name] ?? [])
          for (const { action, resource } of usagePermissions(cluster, rules.agents, catalogue.manifests, kind))
            role.addToPolicy(new PolicyStatement({ actions: [action], resources: [fillIn(resource)] }));
      const rights = namespaceRights(cluster.name, rules.agents, catalogue.manifests);
      const groups = new Set(rights.map(({ role }) => role));
      if (groups.size === 0) continue;
      const condition = member ? this.inAccountOf(cluster) : undefined;
      for (const [name, role] of Object.entries(readers)) {
        if (cluster.endpoint === undefined) role.addToPolicy(describes(cluster));
        if (groups.has('read')) this.entry(cluster, name, role, 'read', condition);
      }
      if (groups.has('change')) this.entry(cluster, 'Change', change, 'change', condition);
    }
  }

  /** Without a user name of ours, EKS makes one that ends in the name of the session: the cluster tells changes apart by it. */
  private entry(
    { name, eksName = name }: Cluster,
    id: string,
    { roleArn }: Role,
    group: keyof typeof CLUSTER_GROUPS,
    condition: CfnCondition | undefined,
  ): void {
    const entry = new CfnAccessEntry(this, `${name}-${id}`, {
      clusterName: eksName,
      principalArn: roleArn,
      type: 'STANDARD',
      kubernetesGroups: [CLUSTER_GROUPS[group]],
    });
    if (condition !== undefined) entry.cfnOptions.condition = condition;
  }

  /** One template serves all member accounts. */
  private inAccountOf({ name, account = '' }: Cluster): CfnCondition {
    return new CfnCondition(this, `${name}-Here`, { expression: Fn.conditionEquals(Aws.ACCOUNT_ID, account) });
  }
}

const describes = ({ name, eksName = name }: Cluster): PolicyStatement =>
  new PolicyStatement({
    actions: ['eks:DescribeCluster'],
    resources: [`arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${eksName}`],
  });
