import { beforeEach, expect, test } from 'vitest';
import { takeAnswer } from '../../../../lambdas/approvals/answer/answer.ts';
import type { PagePorts } from '../../../../lambdas/approvals/page/page-view.ts';
import type { Plan } from '../../../../lambdas/contracts/plan.ts';
import { grantFault } from '../../../../lambdas/kernel/changes/grants.ts';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { ANA, BEN, deskWithQuestion, VERA, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { record } from '../../../fixtures/incident.ts';
import { like } from '../../../fixtures/matchers.ts';
import { getPage } from '../../../fixtures/page-requests.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
});

/** Asks about a reboot, which two people must approve. */
const askForTwo = () => desk.openQuestion('inc-2', { plan: rebootPlan });
const ONE_OF_TWO = { statusCode: 200, text: like('Your approval counts. 1 of 2 needed.') };
const closings = async () => allOf(await desk.trace(), 'approval.closed').map(({ data }) => [data.outcome, data.by]);
const answered = async () => allOf(await desk.trace(), 'approval.answered').map(({ data }) => data);
const grantings = async () => allOf(await desk.trace(), 'grant.issued').map(({ data }) => data.grants);
const nextSteps = () => desk.callbacks.resumed.map(({ output }) => output.next);
const without = (email: string): PagePorts => {
  const { rules } = desk.page;
  const approvers = rules.settings.approvers.filter((one) => one.id !== email);
  return { ...desk.page, rules: { ...rules, settings: { ...rules.settings, approvers } } };
};

test('an approval grants exactly this plan and resumes the flow towards apply', async () => {
  const response = await desk.answer(ANA, 'approve', 'Looks right to me.');
  expect(response).toMatchObject({ statusCode: 200, text: like('Approved. The change is made now') });
  expect(response.text).toContain(`It was granted by ${ANA}`);
  expect(response.body).not.toContain('<form');
  const [[apply, rollback] = []] = await grantings();
  expect([apply?.purpose, rollback?.purpose]).toEqual(['apply', 'rollback']);
  const wanted = { incidentId: 'inc-1', digest: desk.asked.digest, purpose: 'apply' as const };
  expect(
    await grantFault({ grantMac: new HmacMac('grant key'), unattendedMac: undefined }, apply, wanted, desk.clock.now()),
  ).toBeUndefined();
  expect(apply?.approvers).toEqual([ANA]);
  const output = { incidentId: 'inc-1', agent: 'ec2-responder', seq: (await desk.trace()).length, next: 'apply' };
  expect(desk.callbacks.resumed).toEqual([{ taskToken: 'task-token-of-inc-1', output }]);
});

test('a denial resumes the flow without a grant, and its reason reaches the model', async () => {
  expect(await desk.answer(ANA, 'deny', 'Black Friday: scale the group instead.')).toMatchObject({
    statusCode: 200,
    text: like('Denied. Nothing will be changed, and the agent gets your reason.'),
  });
  expect(await grantings()).toEqual([]);
  expect(lastOf(await desk.trace(), 'approval.closed')?.replies).toEqual([
    {
      toolUseId: 'toolu_2',
      text: `P1 was denied by ${ANA}. Their reason: Black Friday: scale the group instead. Nothing was changed. Take the reason into account, or escalate.`,
      isError: true,
    },
  ]);
  expect(nextSteps()).toEqual(['decide']);
});

test('a denial without a reason is refused, and the page says why', async () => {
  const before = desk.ledger.writes;
  expect(await desk.answer(ANA, 'deny', '  \r\n ')).toMatchObject({
    statusCode: 400,
    text: like('Say why you deny'),
    body: like('aria-invalid="true"'),
  });
  expect(desk.ledger.writes).toBe(before);
});

test('a reason that is too long comes back as it was typed', async () => {
  expect(await desk.answer(ANA, 'approve', `</textarea>${'ü'.repeat(1000)}`)).toMatchObject({
    statusCode: 400,
    body: like(`&lt;/textarea&gt;${'ü'.repeat(1000)}</textarea>`),
  });
  expect(await closings()).toEqual([]);
});

test('line ends that the browser doubles do not make a reason too long', async () => {
  const typed = `${'x'.repeat(499)}\n${'y'.repeat(500)}`;
  expect(await desk.answer(ANA, 'approve', typed.replace('\n', '\r\n'))).toMatchObject({ statusCode: 200 });
  expect(await answered()).toMatchObject([{ reason: typed }]);
});

test('a second click is refused, whoever clicks and whatever they say', async () => {
  await desk.answer(ANA, 'approve');
  const events = await desk.trace();
  for (const [email, answer] of [
    [ANA, 'approve'],
    [ANA, 'deny'],
    [BEN, 'deny'],
  ] as const)
    expect(await desk.answer(email, answer, 'again')).toMatchObject({
      statusCode: 409,
      text: like(`This was already decided. It was granted by ${ANA}.`),
    });
  expect(await desk.trace()).toEqual(events);
  expect(desk.callbacks.resumed).toHaveLength(1);
});

test('one click that arrives twice at once decides once', async () => {
  const responses = await Promise.all([desk.answer(ANA, 'approve'), desk.answer(ANA, 'approve')]);
  expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  expect(await answered()).toHaveLength(1);
  expect(await grantings()).toHaveLength(1);
  expect(desk.callbacks.resumed).toHaveLength(1);
});

test('an approval and a denial at the same moment: both are on the trace, one decides, and both people are told which', async () => {
  const [yes, no] = await Promise.all([desk.answer(ANA, 'approve'), desk.answer(BEN, 'deny', 'Not now.')]);
  expect((await answered()).map(({ approver, answer }) => `${approver} ${answer}`).sort()).toEqual([
    `${ANA} approve`,
    `${BEN} deny`,
  ]);
  const [[outcome] = [], ...more] = await closings();
  expect(more).toEqual([]);
  const granted = outcome === 'granted';
  expect(await grantings()).toHaveLength(granted ? 1 : 0);
  const [winner, loser] = granted ? [yes, no] : [no, yes];
  expect(winner.statusCode).toBe(200);
  const decision = granted ? `It was granted by ${ANA}` : `It was denied by ${BEN}`;
  expect(loser).toMatchObject({ statusCode: 409, text: like(decision) });
  expect(new Set(nextSteps())).toEqual(new Set([granted ? 'apply' : 'decide']));
});

test('where two must approve, one does not suffice and the second one grants', async () => {
  await askForTwo();
  const first = await desk.answer(ANA, 'approve');
  expect(first).toMatchObject(ONE_OF_TWO);
  expect(first.text).toContain('You approved. Until the quorum is reached, you can still deny.');
  expect(desk.callbacks.resumed).toEqual([]);
  expect((await desk.answer(BEN, 'approve')).text).toContain('Approved. The change is made now');
  expect(await grantings()).toMatchObject([[{ purpose: 'apply', approvers: [ANA, BEN] }]]);
});

test('two approvals at the same moment fill a quorum of two', async () => {
  await askForTwo();
  await Promise.all([ANA, BEN].map((email) => desk.answer(email, 'approve')));
  expect(await closings()).toMatchObject([['granted', { length: 2 }]]);
});

test('one person with two links counts once', async () => {
  const { token, seq } = await askForTwo();
  const first = token(ANA);
  desk.clock.advance(16);
  await desk.askAgain('inc-2', seq, 'second-token');
  await desk.answer(ANA, 'approve', '', { t: first });
  const again = await desk.answer(ANA, 'approve');
  expect(again).toMatchObject({ statusCode: 409, text: like('One person counts once.') });
  expect(again.text).toContain('Approvals: 1 of 2');
  expect(desk.callbacks.resumed).toEqual([]);
});

/** Another plan for the reboot, in the same incident. */
const rebootAgain = (incidentId: string, rulesHash: string): Plan => {
  const plan = rebootPlan(incidentId, rulesHash);
  return { ...plan, input: { ...plan.input, why: 'It hangs again.' } };
};

test('an approval of an earlier plan does not count for a later one', async () => {
  await askForTwo();
  await desk.answer(ANA, 'approve');
  await desk.answer(BEN, 'deny', 'Look again.');
  await desk.openQuestion('inc-2', { plan: rebootAgain });
  expect(await desk.answer(BEN, 'approve')).toMatchObject(ONE_OF_TWO);
  expect((await desk.answer(ANA, 'approve')).text).toContain('Approved.');
  expect(await closings()).toEqual([
    ['denied', [BEN]],
    ['granted', [BEN, ANA]],
  ]);
});

test('a later plan needs as many people as it needs itself', async () => {
  await desk.answer(BEN, 'deny', 'Reboot it instead.');
  await desk.openQuestion('inc-1', { plan: rebootPlan });
  expect(await desk.answer(ANA, 'approve')).toMatchObject(ONE_OF_TWO);
});

test('an approval by somebody who may not approve does not count', async () => {
  await askForTwo();
  expect(await desk.answer(VERA, 'approve', '', { t: await desk.linkFor(VERA) })).toMatchObject({ statusCode: 403 });
  expect(await desk.answer(ANA, 'approve')).toMatchObject(ONE_OF_TWO);
});

test('whoever approved can still stop it while another approval is awaited', async () => {
  await askForTwo();
  await desk.answer(ANA, 'approve');
  expect((await desk.look(ANA)).body).not.toContain('value="approve"');
  expect(await desk.answer(ANA, 'deny', 'I read the wrong graph.')).toMatchObject({ statusCode: 200 });
  expect(await closings()).toEqual([['denied', [ANA]]]);
});

test('an answer after a reminder resumes the current wait', async () => {
  desk.clock.advance(16);
  await desk.askAgain('inc-1', desk.asked.seq, 'second-token');
  await desk.answer(ANA, 'approve');
  expect(desk.callbacks.resumed.map(({ taskToken }) => taskToken)).toEqual(['second-token']);
});

test('nothing can be approved while the kill switch is not on, but it can be denied', async () => {
  for (const position of ['propose-only', 'off'] as const) {
    desk.handSwitch.position = position;
    expect((await desk.look(ANA)).body).not.toContain('value="approve"');
    expect(await desk.answer(ANA, 'approve', 'do it')).toMatchObject({
      statusCode: 409,
      text: like(`The kill switch is ${position}: nothing can be approved now.`),
    });
  }
  expect(await answered()).toEqual([]);
  await desk.answer(ANA, 'deny', 'We switched off.');
  expect(await closings()).toEqual([['denied', [ANA]]]);
});

test('an approver who was removed after the link was sent sees nothing and decides nothing', async () => {
  const ports = without(ANA);
  const seen = await desk.look(ANA, ports);
  expect(seen).toMatchObject({ statusCode: 403, text: like(`${ANA} is no longer an approver.`) });
  expect(seen.body).not.toContain('checkout');
  for (const answer of ['approve', 'deny'] as const)
    expect(await desk.answer(ANA, answer, 'still me', { ports })).toMatchObject({ statusCode: 403 });
  expect(await answered()).toMatchObject([{ counted: false }, { counted: false }]);
  expect(desk.callbacks.resumed).toEqual([]);
});

test('a person whom no policy lets approve may deny only', async () => {
  const t = await desk.linkFor(VERA);
  const seen = await getPage(desk.page, t);
  expect(seen.text).toContain(`No policy permits ${VERA} to approve`);
  expect(seen.body).not.toContain('value="approve"');
  const text = like('Your answer was recorded but does not count');
  expect(await desk.answer(VERA, 'approve', '', { t })).toMatchObject({ statusCode: 403, text });
  expect(desk.callbacks.resumed).toEqual([]);
  expect(await desk.answer(VERA, 'deny', 'I know this host.', { t })).toMatchObject({ statusCode: 200 });
  expect(await closings()).toEqual([['denied', [VERA]]]);
});

test('whoever made the event happen is not asked, and may deny only', async () => {
  await desk.openQuestion('inc-2', { triggeredBy: ANA });
  const sent = desk.notifier.sent.filter(({ incidentId }) => incidentId === 'inc-2');
  expect(sent.map(({ audience }) => audience)).toEqual([BEN]);
  expect(await desk.answer(ANA, 'approve', '', { t: await desk.linkFor(ANA) })).toMatchObject({
    statusCode: 403,
    text: like('made the event happen'),
  });
  expect(desk.callbacks.resumed).toEqual([]);
});

test('nobody whom no policy lets approve is asked', () => {
  expect(desk.notifier.sent.map(({ audience }) => audience)).toEqual([ANA, BEN]);
});

test('a link decides about its own incident only', async () => {
  await desk.openQuestion('inc-2');
  const resumed = () => desk.callbacks.resumed.map(({ output }) => output.incidentId);
  await desk.answer(ANA, 'approve');
  expect(lastOf(await desk.ledger.events('inc-1'), 'approval.closed')).toBeUndefined();
  expect(resumed()).toEqual(['inc-2']);
  expect(await desk.answer(ANA, 'approve', '', { t: desk.asked.token(ANA) })).toMatchObject({ statusCode: 200 });
  expect(lastOf(await desk.ledger.events('inc-1'), 'approval.closed')?.data.outcome).toBe('granted');
  expect(resumed()).toEqual(['inc-2', 'inc-1']);
});

test('an answer after the expiry decides nothing', async () => {
  desk.clock.advance(60);
  expect(await desk.answer(ANA, 'approve')).toMatchObject({ statusCode: 410, text: like('counts as no') });
  expect(desk.callbacks.resumed).toEqual([]);
});

test('an answer that comes without a link expires as the question does', async () => {
  const { approvalId = '' } = lastOf(await desk.trace(), 'approval.asked')?.data ?? {};
  desk.clock.advance(60);
  const answer = { approvalId, approver: ANA, answer: 'approve', reason: '', via: 'terminal' } as const;
  expect(await takeAnswer(answer, desk.page)).toMatchObject({ status: 'refused', because: 'expired' });
  expect(await grantings()).toEqual([]);
  expect(desk.callbacks.resumed).toEqual([]);
});

test('an answer to an incident that was closed meanwhile decides nothing', async () => {
  await record(desk.page, 'inc-1', 'close', 'incident.closed', {
    outcome: 'failed',
    summary: '',
    reason: 'stopped by hand',
    copies: 1,
    turns: 2,
    tokens: 1,
    costMicroUsd: 1,
    seconds: 60,
  });
  expect((await desk.look(ANA)).body).not.toContain('<form');
  expect(await desk.answer(ANA, 'approve')).toMatchObject({
    statusCode: 409,
    text: like('The incident was closed without an answer.'),
  });
  expect(desk.callbacks.resumed).toEqual([]);
});

test('an answer whose function died before it resumed the flow is completed by the next click', async () => {
  const dying = { ...desk.page, callbacks: { resume: () => Promise.reject(new TypeError('killed')) } };
  await expect(desk.answer(ANA, 'approve', '', { ports: dying })).rejects.toThrow('killed');
  expect(await desk.answer(ANA, 'approve')).toMatchObject({ statusCode: 409 });
  expect(nextSteps()).toEqual(['apply']);
  expect(await grantings()).toHaveLength(1);
});

test('a denial whose function died before it decided stops the plan at the next answer, whoever gives it', async () => {
  for (const [next, answer] of [
    [BEN, 'approve'],
    [ANA, 'deny'],
  ] as const) {
    desk = await deskWithQuestion();
    // It dies when it has recorded the answer, before it writes anything about the receipt or the outcome.
    const dying = {
      ...desk.page,
      ledger: new CrashingLedger(desk.ledger, 1),
      notifier: { notify: async () => 'sent' as const },
    };
    await expect(desk.answer(ANA, 'deny', 'Not now.', { ports: dying })).rejects.toThrow();
    expect(await desk.answer(next, answer, 'Go.')).toMatchObject({
      statusCode: 409,
      text: like(`It was denied by ${ANA}.`),
    });
    expect(await closings()).toEqual([['denied', [ANA]]]);
    expect(nextSteps()).toEqual(['decide']);
    expect(desk.notifier.sent.filter(({ about }) => about === 'receipt').map(({ audience }) => audience)).toEqual([
      ANA,
    ]);
  }
});

test('a denial that somebody else wrote onto the trace keeps nobody from denying', async () => {
  const { approvalId = '', digest = '' } = lastOf(await desk.trace(), 'approval.asked')?.data ?? {};
  await record(desk.page, 'inc-1', 'observe-forged', 'approval.answered', {
    approvalId,
    digest,
    approver: ANA,
    answer: 'deny',
    reason: '',
    via: 'page',
    counted: true,
    statements: [],
  });
  await desk.answer(ANA, 'deny', 'Not now.');
  await desk.answer(BEN, 'approve', 'Go.');
  expect(await grantings()).toEqual([]);
});

test('no task token and no link is on the trace', async () => {
  await desk.answer(ANA, 'approve', 'fine');
  const written = JSON.stringify(await desk.trace());
  expect(written).not.toContain('task-token-of');
  expect(written).not.toContain(desk.asked.token(ANA));
});

test('an approval that somebody else wrote onto the trace does not count', async () => {
  const { digest } = await askForTwo();
  const { approvalId = '' } = lastOf(await desk.trace(), 'approval.asked')?.data ?? {};
  await record(desk.page, 'inc-2', 'approve-page-forged', 'approval.answered', {
    approvalId,
    digest,
    approver: BEN,
    answer: 'approve',
    reason: 'Trust me.',
    via: 'page',
    counted: true,
    statements: [],
  });
  expect(await desk.answer(ANA, 'approve')).toMatchObject(ONE_OF_TWO);
  expect(desk.callbacks.resumed).toEqual([]);
});

test('a plan that policy forbids by now is not granted, whoever approves it', async () => {
  const ports = desk.withPolicy(`@id("closed")
@reason("Instances of the shop are not resized any more.")
forbid (principal, action in Checkrein::Action::"change", resource);`);
  expect(await desk.answer(ANA, 'approve', '', { ports })).toMatchObject({
    statusCode: 403,
    text: like('Instances of the shop are not resized any more.'),
  });
  expect(await grantings()).toEqual([]);
});
