import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { answerInBrowser } from '../browser.ts';
import { executionNames, untilAllEnded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import type { E2eEnvironment } from '../environment.ts';
import { GROUP, desiredCapacity, setAlarm } from '../workload.ts';

const REASON = 'Not during the sale: find out who publishes this load first.';

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
      { type: 'tool_use', name: 'escalate', input: { reason: 'The approver wants the source of the load first.' } },
    ],
  },
];

/** An alarm; a proposal; a no with a reason, which the model reads; an unchanged group; a person who takes over. */
export const deniedChange = async ({ claude, clients, outputs, workload, mailbox, browser }: E2eEnvironment): Promise<void> => {
  claude.plays(SCRIPT);
  const before = await executionNames(clients, outputs);
  const mail = await timedStep('from the alarm to the question in the approver’s inbox', async () => {
    await setAlarm(clients, workload.groupAlarm, 'ALARM');
    return mailbox.next('approval', before);
  });
  const page = await browser.open(mail);
  await timedStep('opened in Chromium, denied', async () =>
    assert.match(await answerInBrowser(page, 'Deny', REASON), /^Denied\./),
  );
  const executions = await timedStep('escalated, closed', () => untilAllEnded(clients, outputs, before));
  assert.deepEqual([...new Set(executions.map(({ status }) => status))], ['SUCCEEDED']);

  assert.equal(await desiredCapacity(clients), 2, 'a no changes nothing');
  assert.match(JSON.stringify(claude.requests.at(-1)?.body.messages.at(-1)), /Not during the sale/);
  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'escalated');
  assert.deepEqual([...allOf(trace, 'grant.issued'), ...allOf(trace, 'apply.started')], []);
  await setAlarm(clients, workload.groupAlarm, 'OK');
};
