import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clients } from '../clients.ts';
import { APP } from '../app.ts';
import type { DeployGuide } from '../deploy-guide.ts';
import { timedStep } from '../progress.ts';
import type { Shell } from '../shell.ts';

/** The name of a parameter that exists, which makes CloudFormation fail. */
const OBSTACLE = '/in/the/way';
const STACK_FILE = join(APP, 'bin/app.ts');
const CONSTRUCT = /^ {2}(new Checkrein\(stack, .*\);)$/m;
const FAILING = `  const checkrein = $1
  const failing = { type: 'AWS::SSM::Parameter', properties: { Name: '${OBSTACLE}', Type: 'String', Value: 'on' } };
  new CfnResource(stack, 'Failing', failing).node.addDependency(checkrein);`;

/**
 * The first deployment fails at its last resource. Nothing is left but the table, which the clean-up of docs/deploy.md
 * deletes; the deployment that follows is the repeat.
 */
export const failedFirstDeploy = async (clients: Clients, shell: Shell, guide: DeployGuide): Promise<void> => {
  await clients.ssm.send(new PutParameterCommand({ Name: OBSTACLE, Value: 'on', Type: 'String' }));
  const shipped = readFileSync(STACK_FILE, 'utf8');
  assert.match(shipped, CONSTRUCT);
  writeFileSync(STACK_FILE, shipped.replace('{ App, ', '{ App, CfnResource, ').replace(CONSTRUCT, FAILING));
  await timedStep('a first deployment that fails at its last resource', () =>
    assert.rejects(shell.run('npx cdk deploy Checkrein --require-approval never')),
  );
  writeFileSync(STACK_FILE, shipped);
  assert.deepEqual(await keptBy(clients), { tables: 1, enabledKeys: 0, logGroups: [] });
  await guide.runAhead('for table in');
  assert.deepEqual(await keptBy(clients), { tables: 0, enabledKeys: 0, logGroups: [] });
};

const keptBy = async ({ dynamoDb, kms, logs }: Clients) => {
  const { TableNames = [] } = await dynamoDb.send(new ListTablesCommand({}));
  const { Keys = [] } = await kms.send(new ListKeysCommand({}));
  const keys = await Promise.all(Keys.map(({ KeyId }) => kms.send(new DescribeKeyCommand({ KeyId }))));
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  return {
    tables: TableNames.length,
    enabledKeys: keys.filter(({ KeyMetadata }) => KeyMetadata?.Enabled).length,
    logGroups: logGroups.map(({ logGroupName }) => logGroupName),
  };
};
