import { DescribeStackResourcesCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { deployment } from '../../config/deployment.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { describedOutput } from '../../lambdas/contracts/stack-outputs.ts';
import { synthesize } from '../../lib/synthesize.ts';
import type { Clients } from './clients.ts';
import { APP } from './app.ts';
import { E2eFailure } from './failure.ts';
import { REPOSITORY_ROOT } from './paths.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';

const STACK = { StackName: 'Checkrein' };

const Outputs = z.object({
  SwitchParameter: z.string(),
  ModelKeySecret: z.string(),
  LedgerTable: z.string(),
  FlowArn: z.string(),
  StartArn: z.string(),
  ApproversTopic: z.string(),
  ReportsTopic: z.string(),
  ApprovalPage: z.url(),
});
/** The outputs of the deployed stack. */
export type Outputs = z.infer<typeof Outputs>;

/** Reads the outputs of the deployed stack. */
export const outputsOf = async ({ cloudFormation }: Clients): Promise<Outputs> => {
  const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand(STACK));
  const outputs = (stack?.Outputs ?? []).map((one) => [
    describedOutput(one.Description ?? '')?.output,
    one.OutputValue,
  ]);
  return Outputs.parse(Object.fromEntries(outputs));
};

/** Status and last change of the stack. */
export const resourceStateOf = async ({ cloudFormation }: Clients): Promise<object> => {
  const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand(STACK));
  return { status: stack?.StackStatus, changed: stack?.LastUpdatedTime ?? stack?.CreationTime };
};

/** The physical id of a resource of the construct, by its logical id without the construct's at the beginning and the hash at the end. */
export const resourceCalled = async ({ cloudFormation }: Clients, logicalId: string): Promise<string> => {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand(STACK));
  const found = StackResources.find(
    (one) => one.LogicalResourceId?.replace(/[0-9A-F]{8}$/, '') === `Checkrein${logicalId}`,
  );
  if (found?.PhysicalResourceId !== undefined) return found.PhysicalResourceId;
  throw new E2eFailure(`The stack has no resource ${logicalId}.`, 'Was a construct renamed?');
};

const WITH_DATA = /^AWS::(DynamoDB::Table|KMS::Key|SNS::Topic|SQS::Queue|SSM::Parameter|SecretsManager::Secret)$/;

/** The physical ids of the resources that hold what a team could lose, by logical id. */
export const idsOfData = async ({ cloudFormation }: Clients): Promise<Map<string, string>> => {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand(STACK));
  return new Map(
    StackResources.flatMap(({ ResourceType = '', LogicalResourceId = '', PhysicalResourceId = '' }) =>
      WITH_DATA.test(ResourceType) ? [[LogicalResourceId, PhysicalResourceId] as const] : [],
    ),
  );
};

/** Resource types that the shipped stack has and the deployed one does not. */
export const switchedOff = (): string[] => {
  const deployed = readFileSync(join(APP, 'cdk.out/Checkrein.template.json'), 'utf8');
  const types = typesIn(Template.parse(JSON.parse(deployed)));
  const { template } = synthesize(compileRules(join(REPOSITORY_ROOT, 'config'), deployment, INSTALLED));
  return [...typesIn(template)].filter((type) => !types.has(type) && type !== 'AWS::CDK::Metadata');
};

const Template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) });
const typesIn = ({ Resources }: z.infer<typeof Template>): Set<string> =>
  new Set(Object.values(Resources).map(({ Type }) => Type));
