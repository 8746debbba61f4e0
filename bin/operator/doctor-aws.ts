import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, EventBridgeClient, ListRuleNamesByTargetCommand } from '@aws-sdk/client-eventbridge';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { dynamoLedger } from '../../lambdas/adapters/aws/ledger.ts';
import { ledgerClient } from '../../lambdas/adapters/aws/ledger-table.ts';
import { snsMailSubscriptions } from '../../lambdas/adapters/aws/mail-subscriptions.ts';
import { askAws, stackNamed } from './deployment.ts';
import { raiseAlarm } from './doctor-alarm.ts';
import type { DoctorAws, IntakeRule } from './doctor-finding.ts';
import { messageIn } from './doctor-cause.ts';

/** Where `cdk bootstrap` writes its version, unless it was given another qualifier. */
const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';
/** The dry incident takes two steps, so a minute is enough, cold starts included. */
const MAX_WAIT_SECONDS = 60;

/** What the doctor needs from AWS, read with the operator's own credentials. */
export const doctorAws = (): DoctorAws => {
  const ssm = new SSMClient({});
  const sfn = new SFNClient({});
  const dynamo = ledgerClient();
  return {
    caller: () => askAws('sts:GetCallerIdentity', callerOf),
    bootstrapVersion: async () => {
      const value = await parameter(ssm, BOOTSTRAP);
      return value === undefined ? undefined : Number(value);
    },
    stack: stackNamed,
    modelKey: (secretArn) => askAws('secretsmanager:DescribeSecret', () => keyIn(secretArn)),
    subscriptions: (topicArn) =>
      askAws('sns:ListSubscriptionsByTopic', () => snsMailSubscriptions(new SNSClient({}))(topicArn)),
    switchPosition: (name) => parameter(ssm, name),
    intake: (startArn) => askAws('events:ListRuleNamesByTarget and DescribeRule', () => rulesTo(startArn)),
    table: (TableName) =>
      askAws('dynamodb:DescribeTable and DescribeContinuousBackups', async () => {
        const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
        const backups = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
        const { PointInTimeRecoveryDescription: recovery } = backups.ContinuousBackupsDescription ?? {};
        return {
          status: Table?.TableStatus ?? 'unknown',
          pointInTimeRecovery: recovery?.PointInTimeRecoveryStatus === 'ENABLED',
        };
      }),
    lambdaQuota: () =>
      askAws('lambda:GetAccountSettings', async () => {
        const { AccountLimit } = await new LambdaClient({}).send(new GetAccountSettingsCommand({}));
        const { ConcurrentExecutions: atOnce = 0, UnreservedConcurrentExecutions: unreserved = 0 } = AccountLimit ?? {};
        return { atOnce, unreserved };
      }),
    raiseAlarm: (alarm, flowArn, doctorRun) =>
      askAws('cloudwatch:SetAlarmState, states:ListExecutions and DescribeExecution', () =>
        raiseAlarm(sfn, alarm, flowArn, doctorRun),
      ),
    runFlow: (startArn, event) => askAws('states:StartExecution', () => run(sfn, startArn, event)),
    trace: (table, incident) => askAws('dynamodb:Query', () => dynamoLedger(dynamo, table, 1).events(incident)),
  };
};

const callerOf = async (): ReturnType<DoctorAws['caller']> => {
  const sts = new STSClient({});
  const region = await sts.config.region();
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  return { account: Account ?? 'unknown', region };
};

const parameter = (ssm: SSMClient, name: string): Promise<string | undefined> =>
  askAws(`ssm:GetParameter ${name}`, async () => {
    try {
      return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
      throw error;
    }
  });

/** A generated secret has one version. After somebody stores another value, the generated one is AWSPREVIOUS. */
const keyIn = async (SecretId: string): ReturnType<DoctorAws['modelKey']> => {
  try {
    const { DeletedDate, VersionIdsToStages = {} } = await new SecretsManagerClient({}).send(
      new DescribeSecretCommand({ SecretId }),
    );
    if (DeletedDate !== undefined) return 'deleted';
    return Object.values(VersionIdsToStages).some((stages) => stages.includes('AWSPREVIOUS')) ? 'stored' : 'generated';
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return 'missing';
    throw error;
  }
};

/** One page is enough: a stack has one rule for each agent, and a page holds a hundred. */
const rulesTo = async (TargetArn: string): Promise<IntakeRule[]> => {
  const client = new EventBridgeClient({});
  const { RuleNames = [] } = await client.send(new ListRuleNamesByTargetCommand({ TargetArn }));
  return Promise.all(
    RuleNames.map(async (name) => {
      const { State, EventPattern = 'null' } = await client.send(new DescribeRuleCommand({ Name: name }));
      const pattern: unknown = JSON.parse(EventPattern);
      return { name, enabled: State === 'ENABLED', pattern };
    }),
  );
};

const run = async (sfn: SFNClient, stateMachineArn: string, event: object): ReturnType<DoctorAws['runFlow']> => {
  const name = `doctor-${randomUUID()}`;
  const input = JSON.stringify({ event: { ...event, id: name, time: new Date().toISOString() } });
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  for (let seconds = 0; seconds < MAX_WAIT_SECONDS; seconds += 1) {
    const { status = 'UNKNOWN', cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING')
      return { incident: name, status, ...(cause === undefined ? {} : { reason: messageIn(cause) }) };
    await pause(1000);
  }
  return { incident: name, status: `RUNNING after ${String(MAX_WAIT_SECONDS)} s` };
};
