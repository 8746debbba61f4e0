import { expect, test } from 'vitest';
import { synthesize } from '../../lib/synthesize.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { shippedRules } from './shipped.ts';

/** Types whose resources hold what nobody can make again, or that others outside the stack know by name or ARN. */
const STATEFUL =
  /^AWS::(DynamoDB::Table|KMS::Key|SNS::Topic|SNS::Subscription|SQS::Queue|SSM::Parameter|SecretsManager::Secret|Lambda::Url|StepFunctions::StateMachine|StepFunctions::StateMachineAlias)$/;

test('no upgrade replaces a resource with state: each keeps the logical id and the name that it was deployed with', () => {
  const { Resources } = synthesize(shippedRules(), INSTALLED.catalogue).template;
  const stateful = Object.entries(Resources)
    .filter(([, { Type }]) => STATEFUL.test(Type))
    .map(([id, { Type, Properties }]) => [Type, id, ...fixedNamesOf(Properties)].join(' '))
    .toSorted();
  // A line that changes here is a resource that the next `cdk deploy` of every team deletes. Only a major version may do that, with a way to
  // move what is in it.
  expect(stateful).toMatchInlineSnapshot(`
    [
      "AWS::DynamoDB::Table LedgerTable9343E4AA KeySchema=[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]",
      "AWS::KMS::Key ApprovalDeskGrantKey703C68C3 KeySpec="HMAC_256" KeyUsage="GENERATE_VERIFY_MAC"",
      "AWS::KMS::Key ApprovalDeskLinkKeyC2CE282A KeySpec="HMAC_256" KeyUsage="GENERATE_VERIFY_MAC"",
      "AWS::KMS::Key LedgerKeyA5F78EAE",
      "AWS::KMS::Key LedgerSealKey7E838782 KeySpec="ECC_NIST_P256" KeyUsage="SIGN_VERIFY"",
      "AWS::Lambda::Url StepsPageAliasliveFunctionUrl0D2CB102",
      "AWS::SNS::Subscription ApprovalDeskReportsserviceownerexamplecom0415D326",
      "AWS::SNS::Subscription ApprovalDeskReportssreoncallexamplecom5D563C45",
      "AWS::SNS::Subscription ApprovalDeskToserviceownerexamplecomE56A4790",
      "AWS::SNS::Subscription ApprovalDeskTosreoncallexamplecomB9899F9E",
      "AWS::SNS::Topic ApprovalDeskReports42DB4250",
      "AWS::SNS::Topic ApprovalDeskTopic7E43A53B",
      "AWS::SQS::Queue AlarmIntakeUndelivered4BD8E3DD",
      "AWS::SQS::Queue MomentsUndelivered922CA326",
      "AWS::SQS::Queue SelfMonitoringUndeliveredCCD02F57",
      "AWS::SSM::Parameter KillSwitchParameter839CECC0 Name="/Checkrein/kill-switch"",
      "AWS::SecretsManager::Secret ModelKeySecretDF554215",
      "AWS::StepFunctions::StateMachine IncidentFlowStateMachine08E273DC",
      "AWS::StepFunctions::StateMachineAlias IncidentFlowLiveAlias2EB2633A Name="live"",
    ]
  `);
});

/** Properties that CloudFormation replaces the resource for. */
const NAMES = ['TableName', 'TopicName', 'QueueName', 'Name', 'StateMachineName', 'KeySpec', 'KeyUsage', 'KeySchema'];

const fixedNamesOf = (properties: Readonly<Record<string, unknown>>): string[] =>
  NAMES.filter((name) => properties[name] !== undefined).map((name) => `${name}=${JSON.stringify(properties[name])}`);
