import { beforeEach, expect, test } from 'vitest';
import { approvalIdOf } from '../../../../lambdas/kernel/trace/approval-id.ts';
import type { DecideRequest } from '../../../../lambdas/contracts/decide-api.ts';
import { allOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { ANA, approvalDesk, BEN, type ApprovalDeskFixture } from '../../../fixtures/approval-desk.ts';
import { callWith, IAM, IAM_RULES, signedBy } from '../../../fixtures/iam-approvers.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

let desk: ApprovalDeskFixture;
let request: DecideRequest;
beforeEach(async () => {
  desk = approvalDesk('https://approve.example.com', IAM_RULES);
  const { incidentId, digest } = await desk.openQuestion('inc-1', { plan: rebootPlan });
  request = { approvalId: approvalIdOf(incidentId, digest), digest, answer: 'approve', reason: 'Looks right.' };
});

const by = (arn: string, more: Partial<DecideRequest> = {}) =>
  callWith(signedBy(arn, { ...request, ...more }), desk.page);
const view = async (arn: string) => {
  const { reply } = await callWith(signedBy(arn, undefined, `id=${request.approvalId}`), desk.page);
  return reply.status === 'question' ? reply : undefined;
};

test('people of whom IAM and the mail know one each fill a quorum of two, and the trace says how', async () => {
  expect(await by(IAM.ana)).toMatchObject({ statusCode: 200, reply: { status: 'counted', approver: 'ana' } });
  await desk.answer(BEN, 'approve');
  const answers = allOf(await desk.trace(), 'approval.answered').map(({ data }) => data);
  expect(answers).toMatchObject([
    { approver: 'ana', via: 'iam', callerArn: IAM.ana, counted: true },
    { approver: 'ben', via: 'page', counted: true },
  ]);
  expect(answers[1]).not.toHaveProperty('callerArn');
  expect(allOf(await desk.trace(), 'grant.issued')[0]?.data.grants[0]?.approvers).toEqual(['ana', 'ben']);
});

test('the receipt goes to the private address and names the identity, so that its owner can object', async () => {
  await by(IAM.ana);
  const receipt = desk.notifier.sent.findLast(({ about }) => about === 'receipt');
  expect(receipt?.audience).toBe(ANA);
  expect(receipt?.text).toContain(`with the IAM identity ${IAM.ana} (checkrein approve or deny)`);
  expect(receipt?.text).toContain('If this was not you: npx checkrein switch off');
});

test('a denial tells the agent why, and needs a reason', async () => {
  expect((await by(IAM.ana, { answer: 'deny', reason: '' })).statusCode).toBe(400);
  expect((await by(IAM.ana, { answer: 'deny', reason: 'Not during the sale.' })).reply).toMatchObject({
    status: 'denied',
  });
  expect(allOf(await desk.trace(), 'approval.closed')[0]?.data).toMatchObject({ outcome: 'denied', by: ['ana'] });
});

test('a break-glass approval with a reason overrides a freeze, and everyone is told', async () => {
  desk.calendar.closed = 'The sale is on.';
  for (const arn of [IAM.ana, IAM.ben]) await by(arn, { breakGlass: true, reason: 'Checkout is down.' });
  expect(allOf(await desk.trace(), 'grant.issued')[0]?.data.grants[0]?.breakGlass).toBe(true);
  expect(desk.notifier.sent.some(({ about, audience }) => about === 'break-glass' && audience === undefined)).toBe(
    true,
  );
});

test('what is shown is the whole change, who is needed and who has approved', async () => {
  await by(IAM.ben);
  const shown = await view(IAM.ana);
  expect(shown).toMatchObject({
    approver: 'ana',
    digest: request.digest,
    needed: 2,
    given: ['ben'],
    ended: null,
    freeze: null,
    mayApprove: { permitted: true },
  });
  const text = shown?.lines.join('\n') ?? '';
  for (const part of [
    'i-0a1b2c3d4e5f60718',
    'environment production',
    request.digest,
    'input: {',
    '2 people',
    'by: ben',
  ])
    expect(text).toContain(part);
});

test('what is shown of a request that has ended says so', async () => {
  await by(IAM.ana, { answer: 'deny', reason: 'No.' });
  expect((await view(IAM.ana))?.ended).toBe('It was denied by ana.');
});

test('what is shown says why one cannot approve now', async () => {
  desk.handSwitch.position = 'off';
  expect((await view(IAM.ana))?.mayApprove).toEqual({
    permitted: false,
    reason: 'The kill switch is off. You can still deny.',
  });
});
