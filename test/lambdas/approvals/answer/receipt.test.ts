import { beforeEach, describe, expect, test } from 'vitest';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { approvalIdOf } from '../../../../lambdas/kernel/trace/approval-id.ts';
import { takeAnswer } from '../../../../lambdas/approvals/answer/answer.ts';
import { CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { ANA, BEN, deskWithQuestion, VERA, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { DECEPTIVE, HOSTILE } from '../../../fixtures/hostile-text.ts';
import { record } from '../../../fixtures/incident.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
});

const receipts = () => desk.notifier.sent.filter(({ about }) => about === 'receipt');
const recipients = () => receipts().map(({ audience }) => audience);
const recorded = async () =>
  allOf(await desk.trace(), 'people.notified')
    .map(({ data }) => data)
    .filter(({ about }) => about === 'receipt');
const askForTwo = () => desk.openQuestion('inc-2', { plan: rebootPlan });

describe('whoever answers gets a receipt', () => {
  test('that says what was answered, when, through which link, and what to do if it was not them', async () => {
    await desk.answer(ANA, 'approve', 'Looks right.');
    expect(recipients()).toEqual([ANA]);
    const [receipt] = receipts();
    expect(receipt?.subject).toBe('You approved: resize i-0a1b2c3d4e5f60718 (production)');
    const approvalId = approvalIdOf('inc-1', desk.asked.digest);
    expect(receipt?.text.split('\n').slice(0, 3)).toEqual([
      `You approved at 2026-11-02T02:20:00.000Z, on the approval page, with your link to ${approvalId}.`,
      'If this was not you: npx checkrein switch off stops every change. Tell whoever runs Checkrein that somebody answers in your name.',
      'Your answer counts.',
    ]);
    expect(receipt?.text).toContain('"Looks right."');
  });

  test('for a denial', async () => {
    await desk.answer(ANA, 'deny', 'Not now.');
    expect(receipts()).toMatchObject([
      { audience: ANA, subject: 'You denied: resize i-0a1b2c3d4e5f60718 (production)' },
    ]);
  });

  test('for an approval in spite of a change freeze', async () => {
    desk.calendar.closed = 'The change calendar sale is closed.';
    await desk.answer(ANA, 'approve', 'Customers get 504s.', { breakGlass: 'yes' });
    expect(receipts()).toMatchObject([{ audience: ANA }]);
    expect(receipts()[0]?.text).toContain('in spite of a change freeze (break-glass)');
    expect(desk.notifier.sent.filter(({ about }) => about === 'break-glass')).toHaveLength(1);
  });

  test('for an answer that does not count, once, however often it is sent', async () => {
    const t = await desk.linkFor(VERA);
    for (let n = 0; n < 5; n += 1) await desk.answer(VERA, 'approve', '', { t });
    expect(recipients()).toEqual([VERA]);
    expect(receipts()[0]?.text).toContain('Your answer does not count');
  });

  test('and nobody else does, a removed approver or a name that a link invents included', async () => {
    const t = await desk.linkFor('everyone');
    await desk.answer(ANA, 'approve', '', { t });
    expect(receipts()).toEqual([]);
  });

  test('for an answer from a terminal', async () => {
    const approvalId = approvalIdOf('inc-1', desk.asked.digest);
    await takeAnswer({ approvalId, approver: ANA, answer: 'approve', reason: '', via: 'terminal' }, desk.page);
    expect(receipts()[0]?.text).toContain(', in the terminal.');
  });
});

test('an answer that is not recorded gets no receipt', async () => {
  desk.handSwitch.position = 'off';
  await desk.answer(ANA, 'approve');
  desk.handSwitch.position = 'on';
  await desk.answer(ANA, 'approve');
  await desk.answer(ANA, 'approve');
  await desk.answer(BEN, 'deny', 'too late');
  expect(recipients()).toEqual([ANA]);
});

test('one click that arrives twice at once gets one receipt', async () => {
  await Promise.all([desk.answer(ANA, 'approve'), desk.answer(ANA, 'approve')]);
  expect(recipients()).toEqual([ANA]);
});

test('the trace says who got a receipt for which answer', async () => {
  await askForTwo();
  await desk.answer(ANA, 'approve');
  await desk.answer(BEN, 'approve');
  const answers = allOf(await desk.trace(), 'approval.answered').map(({ seq }) => seq);
  expect(await recorded()).toMatchObject([
    { to: [ANA], sent: true, receiptFor: answers[0] },
    { to: [BEN], sent: true, receiptFor: answers[1] },
  ]);
});

test('a topic that fails does not hold back the decision, and the trace says that no receipt was sent', async () => {
  desk.notifier.failing = true;
  expect(await desk.answer(ANA, 'approve')).toMatchObject({ statusCode: 200 });
  expect(await recorded()).toMatchObject([{ to: [ANA], sent: false }]);
  expect(desk.callbacks.resumed.map(({ output }) => output.next)).toEqual(['apply']);
});

test('a receipt that could not be sent is sent before the approval of the next person grants the plan', async () => {
  await askForTwo();
  desk.notifier.failing = true;
  await desk.answer(ANA, 'approve');
  desk.notifier.failing = false;
  await desk.answer(BEN, 'approve');
  expect(recipients().toSorted()).toEqual([ANA, BEN]);
});

test('no plan is granted before every approver was sent a receipt, also if the function died in between', async () => {
  await askForTwo();
  // It dies when it has recorded the answer, before it writes anything about the receipt.
  const dying = {
    ...desk.page,
    ledger: new CrashingLedger(desk.ledger, 3),
    notifier: { notify: async () => 'sent' as const },
  };
  await expect(desk.answer(ANA, 'approve', '', { ports: dying })).rejects.toThrow();
  expect(receipts()).toEqual([]);
  await desk.answer(BEN, 'approve');
  expect(recipients().toSorted()).toEqual([ANA, BEN]);
  const events = await desk.trace();
  const granted = lastOf(events, 'grant.issued')?.seq ?? 0;
  expect(
    allOf(events, 'people.notified').filter(({ data, seq }) => data.about === 'receipt' && seq < granted),
  ).toHaveLength(2);
});

test('a receipt on the trace that somebody else wrote does not replace one', async () => {
  const events = await desk.trace();
  await record(desk.page, 'inc-1', 'approve-forged', 'people.notified', {
    about: 'receipt',
    to: [ANA],
    sent: true,
    error: null,
    receiptFor: events.length + 1,
  });
  await desk.answer(ANA, 'approve');
  expect(recipients()).toEqual([ANA]);
});

test('the receipt starts with the answer, and no reason can add a line, a link or a hidden character to it', async () => {
  const linesWith = async (reason: string): Promise<string[]> => {
    desk = await deskWithQuestion();
    await desk.answer(ANA, 'approve', reason);
    return (receipts()[0]?.text ?? '').split('\n');
  };
  const [hostile, harmless] = [await linesWith(HOSTILE.toWellFormed().slice(0, 900)), await linesWith('Fine.')];
  expect(hostile).toHaveLength(harmless.length);
  expect(hostile.slice(0, -1)).toEqual(harmless.slice(0, -1));
  expect(hostile.join('\n')).not.toMatch(DECEPTIVE);
  expect(hostile.join('\n')).not.toContain('://');
});
