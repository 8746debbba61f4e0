import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { answerInBrowser } from '../browser.ts';
import { untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import type { E2eEnvironment } from '../environment.ts';
import { desiredCapacity, setAlarm } from '../workload.ts';
import { triggerUntilApproval } from './approval.ts';
import { GROW_GROUP, callTool } from './model-turns.ts';

const REASON = 'Not during the sale: find out who publishes this load first.';

const SCRIPT: ScriptedTurn[] = [
  ...GROW_GROUP,
  callTool('escalate', { reason: 'The approver wants the source of the load first.' }),
];

/** An alarm, a proposal, a denial with a reason that the model reads, an unchanged group, an escalation. */
export const deniedChange = async (environment: E2eEnvironment): Promise<void> => {
  const { claude, clients, outputs, workload, browser } = environment;
  claude.plays(SCRIPT);
  const { before, mail } = await triggerUntilApproval(environment, workload.groupAlarm);
  const page = await browser.open(mail);
  await timedStep('opened in Chromium, denied', async () =>
    assert.match(await answerInBrowser(page, 'Deny', REASON), /^Denied\./),
  );
  await timedStep('escalated, closed', () => untilAllSucceeded(clients, outputs, before));

  assert.equal(await desiredCapacity(clients), 2, 'a denial changes nothing');
  assert.match(JSON.stringify(claude.requests.at(-1)?.body.messages.at(-1)), /Not during the sale/);
  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'escalated');
  assert.deepEqual([...allOf(trace, 'grant.issued'), ...allOf(trace, 'apply.started')], []);
  await setAlarm(clients, workload.groupAlarm, 'OK');
};
