import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type Node } from 'constructs';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** What Lambda does in a function's name to put it into a VPC; none of it knows our interfaces by name. */
const INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Subnets of the team's own VPC that functions run in. They reach out on port 443, and nothing reaches them. */
export class Network extends Construct {
  private readonly subnetIds: string[];
  private readonly securityGroup: CfnSecurityGroup;

  constructor(scope: Construct, id: string, { vpcId, subnetIds }: NonNullable<Settings['network']>) {
    super(scope, id);
    this.subnetIds = [...subnetIds];
    this.securityGroup = new CfnSecurityGroup(this, 'SecurityGroup', {
      vpcId,
      groupDescription: 'Functions of Checkrein: out to AWS and to the model, nothing in.',
      securityGroupEgress: [
        { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'AWS and the model' },
      ],
    });
  }

  /** Puts a function into the subnets. Written with the plain resource: CDK would add a ready-made policy. */
  admit({ node, executionRole }: { readonly node: Node; readonly executionRole: Role }): void {
    if (node.defaultChild instanceof CfnFunction)
      node.defaultChild.vpcConfig = {
        subnetIds: this.subnetIds,
        securityGroupIds: [this.securityGroup.attrGroupId],
      };
    executionRole.addToPolicy(new PolicyStatement({ actions: INTERFACES, resources: ['*'] }));
    // Lambda may, before the function runs; the function itself may not.
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
