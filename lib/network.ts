import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type Node } from 'constructs';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** What Lambda does with a function's role to put it into a VPC. These actions cannot be limited to certain interfaces. */
const INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** The subnets of the team's VPC that functions run in. Outbound on port 443, and on the ports of the team's Prometheus; nothing inbound. */
export class Network extends Construct {
  private readonly subnetIds: string[];
  private readonly securityGroup: CfnSecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    { vpcId, subnetIds }: NonNullable<Settings['network']>,
    clusters: Settings['clusters'] = [],
  ) {
    super(scope, id);
    this.subnetIds = [...subnetIds];
    this.securityGroup = new CfnSecurityGroup(this, 'SecurityGroup', {
      vpcId,
      groupDescription: 'Functions of Checkrein: out to AWS and to the model, nothing in.',
      securityGroupEgress: [
        { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'AWS and the model' },
        ...usageEgress(clusters),
      ],
    });
  }

  /** Puts a function into the subnets. Sets the CloudFormation property, because CDK would attach a managed policy. */
  attach({ node, executionRole }: { readonly node: Node; readonly executionRole: Role }): void {
    if (node.defaultChild instanceof CfnFunction)
      node.defaultChild.vpcConfig = {
        subnetIds: this.subnetIds,
        securityGroupIds: [this.securityGroup.attrGroupId],
      };
    executionRole.addToPolicy(new PolicyStatement({ actions: INTERFACES, resources: ['*'] }));
    // Lambda itself uses these rights before the function runs; the function's code must not.
    const ours = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    executionRole.addToPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: INTERFACES,
        resources: ['*'],
        conditions: { ArnLike: { 'lambda:SourceFunctionArn': ours } },
      }),
    );
  }
}

/** Ways to each Prometheus that is not on port 443: to its address alone, if the settings name it by that. */
const usageEgress = (clusters: Settings['clusters']): CfnSecurityGroup.EgressProperty[] => {
  const endpoints = clusters.flatMap(({ usage }) => (usage?.kind === 'prometheus' ? [new URL(usage.endpoint)] : []));
  const rules = endpoints.map(({ protocol, port, hostname }) => ({
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    cidrIp: /^[\d.]+$/.test(hostname) ? `${hostname}/32` : '0.0.0.0/0',
  }));
  const isNew = ({ port, cidrIp }: (typeof rules)[number], index: number): boolean =>
    port !== 443 && rules.findIndex((one) => one.port === port && one.cidrIp === cidrIp) === index;
  return rules.filter(isNew).map(({ port, cidrIp }) => ({
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
    cidrIp,
    description: 'Prometheus',
  }));
};
