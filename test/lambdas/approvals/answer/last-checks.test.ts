import { beforeEach, expect, test } from 'vitest';
import { startCooldown } from '../../../../lambdas/kernel/limits/cooldown.ts';
import { takeRate } from '../../../../lambdas/kernel/limits/rate.ts';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { ANA, BEN, deskWithQuestion, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { tripFromElsewhere } from '../../../fixtures/incident.ts';
import { like } from '../../../fixtures/matchers.ts';
import { rebootPlan, resizePlan } from '../../../fixtures/plans.ts';
import { refOf } from '../../../../lambdas/contracts/plan.ts';

let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
});

const ARN = refOf(resizePlan('inc-1', '').target);
const justChanged = () => startCooldown(desk.ledger, ARN, desk.clock.now(), false);
const closed = async () => lastOf(await desk.trace(), 'approval.closed');
const grants = async () => allOf(await desk.trace(), 'grant.issued');
const useUpRate = async (): Promise<void> => {
  const { changesPerHour } = desk.page.rules.settings;
  for (let n = 0; n < changesPerHour.perTarget; n += 1)
    await takeRate(
      desk.ledger,
      { tool: 'resize_instance', targetArn: ARN },
      `grant-${n}`,
      changesPerHour,
      desk.clock.now(),
    );
};

test.each<[what: string, happens: () => Promise<unknown>, check: string, reason: string]>([
  ['a cooldown', justChanged, 'policy', 'was changed 0 minutes ago; wait 10'],
  [
    'a breaker',
    () => tripFromElsewhere(desk.asking, { scope: ARN, policy: 'cut-bound', reason: 'Too much.' }),
    'breaker',
    'was tripped',
  ],
  ['a rate', useUpRate, 'rate', 'at most 3 may begin within 60 minutes'],
])(
  '%s that stands against the plan by now: the last approver is told at once, and nothing is granted',
  async (_what, happens, check, reason) => {
    await happens();
    const response = await desk.answer(ANA, 'approve', 'Go.');
    expect(response).toMatchObject({
      statusCode: 409,
      text: like('Your approval was recorded, but nothing is changed'),
    });
    expect(response.text).toContain(reason);
    expect(response.body).not.toContain('<form');
    expect(await grants()).toEqual([]);
    const closing = await closed();
    expect(closing?.data).toMatchObject({ outcome: 'denied', by: [`check:${check}`], check });
    expect(closing?.replies).toMatchObject([{ toolUseId: 'toolu_2', isError: true, text: like(reason) }]);
    expect(closing?.replies?.[0]?.text).toMatch(/^P1 was approved by enough people, but refused/);
    expect(desk.callbacks.resumed.map(({ output }) => output.next)).toEqual(['decide']);
  },
);

test('an approval that is not the last one is not refused for a cooldown that may be over by then', async () => {
  await desk.openQuestion('inc-2', { plan: rebootPlan });
  await justChanged();
  expect(await desk.answer(ANA, 'approve')).toMatchObject({ statusCode: 200, text: like('1 of 2 needed') });
  desk.clock.advance(11);
  expect((await desk.answer(BEN, 'approve')).text).toContain('Approved.');
  expect(await grants()).toHaveLength(1);
});

test('whoever comes later reads that people approved it and a check refused it', async () => {
  await justChanged();
  await desk.answer(ANA, 'approve');
  const later = await desk.answer(BEN, 'deny', 'No.');
  expect(later).toMatchObject({
    statusCode: 409,
    text: like('Enough people approved it, but it was refused (policy)'),
  });
  expect((await desk.look(BEN)).text).toContain('Enough people approved it, but it was refused (policy)');
});

test('a denial needs no check', async () => {
  await justChanged();
  expect((await desk.answer(ANA, 'deny', 'Not now.')).text).toContain('Denied.');
  expect((await closed())?.data.by).toEqual([ANA]);
});

test('a page that dies after it refused completes the refusal at the next click, and grants nothing', async () => {
  await justChanged();
  for (let writes = 0; ; writes += 1) {
    const ledger = new CrashingLedger(desk.ledger, writes);
    const crashed = await desk.answer(ANA, 'approve', '', { ports: { ...desk.page, ledger } }).then(
      () => false,
      () => true,
    );
    if (!crashed) break;
  }
  await desk.answer(BEN, 'approve');
  expect(await grants()).toEqual([]);
  expect(allOf(await desk.trace(), 'approval.closed')).toHaveLength(1);
  expect(desk.callbacks.resumed).toHaveLength(1);
});
