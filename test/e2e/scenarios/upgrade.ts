import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { answerInBrowser } from '../browser.ts';
import { configure } from '../clone.ts';
import { linesOf, untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import { stackChangeRequests } from '../requests.ts';
import { resourceCalled, resourceStateOf } from '../stack.ts';
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

/** While a plan waits for approval, the same commit is deployed again, then a changed one. The old link still works, and nothing is lost. */
export const upgrade = async (environment: E2eEnvironment): Promise<void> => {
  const { emulators, shell, guide, claude, clients, outputs, workload, browser } = environment;
  claude.plays(SCRIPT);
  const { before, mail } = await triggerUntilApproval(environment, workload.groupAlarm);
  const waiting = await linesOf(clients, outputs, mail.incident);

  const [state, code, requests] = [
    await resourceStateOf(clients),
    await codeOfPage(environment),
    stackChangeRequests(emulators),
  ];
  const again = await timedStep('the same commit, deployed again', () => shell.run('npx cdk deploy Checkrein'));
  assert.match(again, /✅ {2}Checkrein \(no changes\)/);
  assert.equal(stackChangeRequests(emulators), requests, 'CloudFormation received no change request');
  assert.deepEqual(await resourceStateOf(clients), state, 'the stack is unchanged');

  configure(emulators, claude.baseUrl, 'accountBudgetPerDay: { dollars: 90 },');
  const upgraded = await guide.runNext('npx cdk diff Checkrein');
  assert.match(upgraded, /Number of stacks with differences: 1[^]*✅ {2}Checkrein\n/);
  assert(stackChangeRequests(emulators) > requests);
  // The emulator reports every resource of a changed stack as updated, so check the diff and the code that runs.
  assert.match(upgraded, /AWS::Lambda::Function \S*Steps\/Page /);
  assert.doesNotMatch(
    upgraded.split('✨')[0] ?? '',
    /AWS::(DynamoDB|KMS|SSM|SecretsManager)::/,
    'no resource with data is changed',
  );
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
