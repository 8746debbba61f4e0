import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { answerInBrowser } from '../browser.ts';
import { configure } from '../clone.ts';
import { executionNames, linesOf, untilAllEnded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import { stackChangeRequests } from '../requests.ts';
import { resourceCalled, resourceStateOf } from '../stack.ts';
import type { E2eEnvironment } from '../environment.ts';
import { GROUP, desiredCapacity, setAlarm } from '../workload.ts';

const SCRIPT: ScriptedTurn[] = [
  {
    content: [
      {
        type: 'tool_use',
        name: 'set_auto_scaling_capacity',
        input: { group: GROUP, desired: 3, why: 'The whole group is busy (E2); one more spreads the load.' },
      },
    ],
  },
  { content: [{ type: 'tool_use', name: 'confirm_plan', input: { plan: '${plan}' } }] },
  {
    content: [
      {
        type: 'tool_use',
        name: 'conclude',
        input: {
          summary: 'The group was too small for its load. It has three instances now, and the alarm is OK again.',
          rootCause: 'Steady load above what two instances carry.',
          confidence: 'high',
          claims: [{ text: 'CPU was near 96 % for an hour.', evidence: ['E2'] }],
        },
      },
    ],
  },
];

/** A question waits; the same is deployed again, then something new. The old link still decides, and nothing is lost. */
export const upgrade = async (environment: E2eEnvironment): Promise<void> => {
  const { emulators, shell, guide, claude, clients, outputs, workload, mailbox, browser } = environment;
  claude.plays(SCRIPT);
  const before = await executionNames(clients, outputs);
  const mail = await timedStep('from the alarm to the question in the approver’s inbox', async () => {
    await setAlarm(clients, workload.groupAlarm, 'ALARM');
    return mailbox.next('approval', before);
  });
  const asked = await linesOf(clients, outputs, mail.incident);

  const [state, code, asks] = [await resourceStateOf(clients), await codeOfPage(environment), stackChangeRequests(emulators)];
  const again = await timedStep('the same commit, deployed again', () => shell.run('npx cdk deploy Checkrein'));
  assert.match(again, /✅ {2}Checkrein \(no changes\)/);
  assert.equal(stackChangeRequests(emulators), asks, 'CloudFormation was asked for nothing');
  assert.deepEqual(await resourceStateOf(clients), state, 'and did nothing');

  configure(emulators, claude.baseUrl, 'accountBudgetPerDay: { dollars: 90 },');
  const upgraded = await guide.runNext('npx cdk diff Checkrein');
  assert.match(upgraded, /Number of stacks with differences: 1[^]*✅ {2}Checkrein\n/);
  assert(stackChangeRequests(emulators) > asks);
  // The emulator calls every resource of a changed stack updated, so this is about what was asked for, and what runs.
  assert.match(upgraded, /AWS::Lambda::Function Steps\/Page/);
  assert.doesNotMatch(upgraded.split('✨')[0] ?? '', /AWS::(DynamoDB|KMS|SSM|SecretsManager)::/, 'data is left alone');
  assert.notEqual(await codeOfPage(environment), code, 'the approval page that will open the link is a new version');

  assert.equal(await desiredCapacity(clients), 2, 'nothing is changed before the yes');
  const page = await browser.open(mail);
  await timedStep('the old link opened in Chromium, approved', async () =>
    assert.match(await answerInBrowser(page, 'Approve', 'Looks right.'), /^Approved\./),
  );
  await setAlarm(clients, workload.groupAlarm, 'OK');
  const executions = await timedStep('applied, verified, closed', () => untilAllEnded(clients, outputs, before));
  assert.deepEqual([...new Set(executions.map(({ status }) => status))], ['SUCCEEDED']);
  assert.equal(await desiredCapacity(clients), 3);

  const after = await linesOf(clients, outputs, mail.incident);
  assert.deepEqual(after.slice(0, asked.length), asked, 'what was on the trace before is on it as it was');
  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'healed');
  assert.equal(allOf(trace, 'apply.finished').length, 1, 'one change');
};

/** What runs behind the alias `live` of the approval page. */
const codeOfPage = async ({ shell, clients }: E2eEnvironment): Promise<string> => {
  const page = await resourceCalled(clients, 'StepsPage');
  return shell.run(`aws lambda get-function-configuration --function-name ${page}:live --query CodeSha256`);
};
