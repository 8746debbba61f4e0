import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { answerInBrowser } from '../browser.ts';
import { untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { assertListed, assertSignOff } from '../sign-off.ts';
import { timedStep, pollUntil } from '../progress.ts';
import { assertResizeRequests } from '../requests.ts';
import type { E2eEnvironment } from '../environment.ts';
import { instanceState, setAlarm } from '../workload.ts';
import { triggerUntilApproval } from './approval.ts';
import { CONFIRM_PLAN, callTool } from './model-turns.ts';

const script = (instanceId: string): ScriptedTurn[] => [
  {
    content: [
      { type: 'text', text: 'CPU has been near 96 % for an hour, and nothing was changed.' },
      {
        type: 'tool_use',
        name: 'resize_instance',
        input: {
          instanceId,
          instanceType: 't2.large',
          why: 'CPU credits are used up (E2); t2.large earns half as many again.',
        },
      },
    ],
  },
  CONFIRM_PLAN,
  callTool('conclude', {
    summary: 'checkout-1 was too small for its load. It is a t2.large now, and the alarm is OK again.',
    rootCause: 'Steady load above what a t2.medium earns CPU credits for.',
    confidence: 'high',
    claims: [{ text: 'CPU was near 96 % for an hour.', evidence: ['E2'] }],
    plans: [{ plan: 'P1', applied: true }],
  }),
];

/** An alarm, a proposal, an approval in the browser, a changed instance, a healed alarm, a sealed trace. */
export const approvedChange = async (environment: E2eEnvironment): Promise<void> => {
  const { claude, clients, outputs, workload, browser } = environment;
  const { instanceId, instanceAlarm } = workload;
  claude.plays(script(instanceId));
  const { before, mail } = await triggerUntilApproval(environment, instanceAlarm);
  assert.match(mail.text, /checkout-cpu/);
  assert.equal(
    await instanceState(clients, instanceId),
    't2.medium, running',
    'nothing is changed before the approval',
  );
  await assertListed(environment, ['--open'], mail.incident, { open: true, outcome: null });

  const page = await browser.open(mail);
  const late = await browser.open(mail);
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /^Resize checkout-1: t2\.medium → t2\.large/);
  await timedStep('opened in Chromium, approved', async () =>
    assert.match(await answerInBrowser(page, 'Approve', 'Looks right.'), /^Approved\./),
  );
  assert.match(await answerInBrowser(late, 'Deny', 'Too late.'), /granted by/, 'the second answer is refused');

  await timedStep('the instance has its new type and runs', () =>
    pollUntil('the change of the instance', async () =>
      (await instanceState(clients, instanceId)) === 't2.large, running' ? true : undefined,
    ),
  );
  await setAlarm(clients, instanceAlarm, 'OK');
  await timedStep('verified, concluded, closed', () => untilAllSucceeded(clients, outputs, before));

  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'healed');
  assert.equal(lastOf(trace, 'apply.finished')?.data.outcome, 'applied');
  assert.deepEqual(
    allOf(trace, 'approval.answered').map(({ data }) => [data.approver, data.answer]),
    [['sre-oncall@example.com', 'approve']],
  );
  assert.deepEqual(
    allOf(trace, 'grant.redeemed').map(({ data }) => data.purpose),
    ['apply'],
  );
  assertResizeRequests(environment.emulators, mail.incident, instanceId);
  await assertListed(environment, [], mail.incident, { open: false, outcome: 'healed' });
  await timedStep('checkrein trace get, and trace verify as it says', () => assertSignOff(environment, mail.incident));
};
