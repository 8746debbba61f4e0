import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Emulators } from './emulators.ts';
import { CREDENTIALS, REGION } from './paths.ts';

/** Clients with root credentials, for the workload, the operator and the assertions. */
export const clientsOf = ({ aws, compute }: Emulators) => {
  const common = { region: REGION, credentials: CREDENTIALS, maxAttempts: 1 };
  const ministack = { ...common, endpoint: aws.url };
  const moto = { ...common, endpoint: compute.url };
  return {
    autoScaling: new AutoScalingClient(moto),
    cloudFormation: new CloudFormationClient(ministack),
    cloudWatch: new CloudWatchClient(ministack),
    dynamoDb: new DynamoDBClient(ministack),
    ec2: new EC2Client(moto),
    eventBridge: new EventBridgeClient(ministack),
    kms: new KMSClient(ministack),
    logs: new CloudWatchLogsClient(ministack),
    secrets: new SecretsManagerClient(ministack),
    states: new SFNClient(ministack),
    sns: new SNSClient(ministack),
    ssm: new SSMClient(ministack),
  };
};
export type Clients = ReturnType<typeof clientsOf>;
