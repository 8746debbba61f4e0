import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { answerInBrowser } from '../browser.ts';
import { addSettings, assertInstalled } from '../app.ts';
import { linesOf, untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import { stackChangeRequests } from '../requests.ts';
import { idsOfData, resourceCalled, resourceStateOf } from '../stack.ts';
import type { E2eEnvironment } from '../environment.ts';
import { desiredCapacity, setAlarm } from '../workload.ts';
import { triggerUntilApproval } from './approval.ts';
import { GROW_GROUP, callTool } from './model-turns.ts';

const SCRIPT: ScriptedTurn[] = [
  ...GROW_GROUP,
  callTool('conclude', {
    summary: 'The group was too small for its load. It has three instances now, and the alarm is OK again.',
    rootCause: 'Steady load above what two instances carry.',
    confidence: 'high',
    claims: [{ text: 'CPU was near 96 % for an hour.', evidence: ['E2'] }],
    plans: [{ plan: '${plan}', applied: true }],
  }),
];

/** What `cdk diff` prints of a resource with data that would be lost. */
const LOST = /^\[[-~]\] AWS::(DynamoDB::Table|KMS::Key|SNS::Topic|SQS::Queue|SSM|SecretsManager).* (replace|destroy)$/m;

/**
 * While a plan waits for approval, the same version is deployed again, then the package of this commit. The old link still works, and
 * nothing is lost.
 */
export const upgrade = async (environment: E2eEnvironment): Promise<void> => {
  const { emulators, shell, guide, claude, clients, outputs, workload, browser, packages } = environment;
  claude.plays(SCRIPT);
  const { before, mail } = await triggerUntilApproval(environment, workload.groupAlarm);
  const data = await idsOfData(clients);
  assert(data.size >= 6, `expected resources with data, but there are ${data.size}`);
  const waiting = await linesOf(clients, outputs, mail.incident);

  const [state, code, requests] = [
    await resourceStateOf(clients),
    await codeOfPage(environment),
    stackChangeRequests(emulators),
  ];
  const again = await timedStep('the same version, deployed again', () => shell.run('npx cdk deploy Checkrein'));
  assert.match(again, /✅ {2}Checkrein \(no changes\)/);
  assert.equal(stackChangeRequests(emulators), requests, 'CloudFormation received no change request');
  assert.deepEqual(await resourceStateOf(clients), state, 'the stack is unchanged');

  // The version that docs/upgrading.md would install.
  await timedStep('npm install of this commit, packed', () => shell.run(`npm install checkrein@file:${packages.next}`));
  assertInstalled(packages.next);
  // Two commits may differ in nothing that is deployed, so a setting changes as well.
  addSettings('accountBudgetPerDay: { dollars: 90 },');
  const upgraded = await guide.runNext('npx cdk diff Checkrein');
  assert.match(upgraded, /Number of stacks with differences: 1[^]*✅ {2}Checkrein\n/);
  assert(stackChangeRequests(emulators) > requests);
  // The emulator reports every resource of a changed stack as updated, so check the diff and the code that runs.
  assert.match(upgraded, /AWS::Lambda::Function \S*Steps\/Page /);
  assert.doesNotMatch(upgraded.split('✨')[0] ?? '', LOST, 'no resource with data is replaced or destroyed');
  const now = await idsOfData(clients);
  for (const [id, physical] of data) assert.equal(now.get(id), physical, `${id} is the one of before`);
  assert.notEqual(await codeOfPage(environment), code, 'the link leads to a new version of the approval page');

  assert.equal(await desiredCapacity(clients), 2, 'nothing is changed before the approval');
  const page = await browser.open(mail);
  await timedStep('the old link opened in Chromium, approved', async () =>
    assert.match(await answerInBrowser(page, 'Approve', 'Looks right.'), /^Approved\./),
  );
  await setAlarm(clients, workload.groupAlarm, 'OK');
  await timedStep('applied, verified, closed', () => untilAllSucceeded(clients, outputs, before));
  assert.equal(await desiredCapacity(clients), 3);

  const after = await linesOf(clients, outputs, mail.incident);
  assert.deepEqual(after.slice(0, waiting.length), waiting, 'earlier lines of the trace are unchanged');
  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'healed');
  assert.equal(allOf(trace, 'apply.finished').length, 1, 'one change');
};

/** The hash of the code behind the alias `live` of the approval page. */
const codeOfPage = async ({ shell, clients }: E2eEnvironment): Promise<string> => {
  const page = await resourceCalled(clients, 'StepsPage');
  return shell.run(`aws lambda get-function-configuration --function-name ${page}:live --query CodeSha256`);
};
