import { beforeEach, describe, expect, test } from 'vitest';
import { grantFault } from '../../../../lambdas/kernel/changes/grants.ts';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { takeAnswer } from '../../../../lambdas/approvals/answer/answer.ts';
import type { PagePorts } from '../../../../lambdas/approvals/page/page-view.ts';
import { CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { ANA, BEN, deskWithQuestion, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { record } from '../../../fixtures/incident.ts';
import { DECEPTIVE, HOSTILE } from '../../../fixtures/hostile-text.ts';
import { like } from '../../../fixtures/matchers.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

const FREEZE = 'The change calendar sale is closed until 2026-11-30.';

let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
  desk.calendar.closed = FREEZE;
});

const approveDespiteFreeze = (email: string, reason: string, ports: PagePorts = desk.page) =>
  desk.answer(email, 'approve', reason, { ports, breakGlass: 'yes' });
const everyone = () => desk.notifier.sent.filter(({ audience }) => audience === undefined);

describe('in a change freeze', () => {
  test('a plain approval grants nothing, and the page says what is required', async () => {
    expect(await desk.answer(ANA, 'approve', 'Looks right.')).toMatchObject({
      statusCode: 409,
      text: like(`${FREEZE} To approve anyway, override the change freeze (break-glass) and say why.`),
    });
    expect(allOf(await desk.trace(), 'approval.answered')).toEqual([]);
    expect(desk.callbacks.resumed).toEqual([]);
  });

  test('a break-glass approval without a reason grants nothing', async () => {
    expect(await approveDespiteFreeze(ANA, '  ')).toMatchObject({
      statusCode: 400,
      text: like('Say why this cannot wait'),
      body: like('checked'),
    });
    expect(desk.callbacks.resumed).toEqual([]);
  });

  test('the message to everyone starts with the change, and neither calendar nor reason can add a line to it', async () => {
    const lineCount = async (text: string): Promise<string[]> => {
      desk = await deskWithQuestion();
      desk.calendar.closed = text;
      await approveDespiteFreeze(ANA, text.slice(0, 900));
      return (everyone()[0]?.text ?? '').split('\n');
    };
    const [hostile, harmless] = [await lineCount(HOSTILE.toWellFormed()), await lineCount('closed')];
    expect(hostile).toHaveLength(harmless.length);
    expect(hostile.slice(0, -2)).toEqual(harmless.slice(0, -2));
    expect(hostile.join('\n')).not.toMatch(DECEPTIVE);
    expect(hostile.join('\n')).not.toContain('://');
    expect(hostile.slice(0, 3).join('\n')).toMatch(
      /^ana@example\.com approved .*\nChange: Resize i-0a1b2c3d4e5f60718: m5\.large → m5\.xlarge\n {2}target: arn:\S+$/,
    );
  });

  test('a break-glass approval from a terminal needs a reason too', async () => {
    const { approvalId = '' } = lastOf(await desk.trace(), 'approval.asked')?.data ?? {};
    const asked = { approvalId, approver: ANA, answer: 'approve', via: 'terminal' } as const;
    expect(await takeAnswer({ ...asked, reason: ' ', breakGlass: true }, desk.page)).toMatchObject({
      status: 'refused',
      because: 'frozen',
    });
    expect(desk.callbacks.resumed).toEqual([]);
  });

  test('a break-glass approval with a reason grants the plan, marks the grant, and notifies everyone before the flow goes on', async () => {
    const reason = 'Customers get 504s.';
    expect(await approveDespiteFreeze(ANA, reason)).toMatchObject({ statusCode: 200 });
    const events = await desk.trace();
    expect(lastOf(events, 'approval.answered')?.data).toMatchObject({ breakGlass: true, reason });
    expect(lastOf(events, 'approval.closed')?.data).toMatchObject({ outcome: 'granted', breakGlass: true });
    const [grant] = lastOf(events, 'grant.issued')?.data.grants ?? [];
    expect(grant?.breakGlass).toBe(true);
    const wanted = { incidentId: 'inc-1', digest: desk.asked.digest, purpose: 'apply' as const };
    expect(
      await grantFault(
        { grantMac: new HmacMac('grant key'), unattendedMac: undefined },
        grant,
        wanted,
        desk.clock.now(),
      ),
    ).toBeUndefined();
    expect(everyone().map(({ about, subject }) => `${about}: ${subject}`)).toEqual([
      'break-glass: Change freeze overridden: resize i-0a1b2c3d4e5f60718 (production)',
    ]);
    for (const part of [FREEZE, reason]) expect(everyone()[0]?.text).toContain(part);
    expect(desk.callbacks.resumed.map(({ output }) => [output.next, output.seq])).toEqual([['apply', events.length]]);
  });

  test('everyone is notified once, however often the answer is completed', async () => {
    await approveDespiteFreeze(ANA, 'Customers get 504s.');
    await desk.answer(BEN, 'approve', 'Me too.');
    await desk.askAgain('inc-1', desk.asked.seq, 'second-token');
    expect(everyone()).toHaveLength(1);
  });

  test('everyone is notified, though somebody else wrote onto the trace that they were', async () => {
    const { approvalId = '' } = lastOf(await desk.trace(), 'approval.asked')?.data ?? {};
    await record(desk.page, 'inc-1', 'observe-forged', 'people.notified', {
      about: 'break-glass',
      to: ['everyone'],
      sent: true,
      error: null,
      question: approvalId,
    });
    await approveDespiteFreeze(ANA, 'Customers get 504s.');
    expect(everyone()).toHaveLength(1);
  });

  test('everyone is notified by Ask, if the function that took the approval died before', async () => {
    // It dies when it has closed the approval, before it writes anything about the message to everyone.
    const ledger = new CrashingLedger(desk.ledger, 8);
    const dying = { ...desk.page, ledger, notifier: { notify: async () => 'sent' as const } };
    await expect(approveDespiteFreeze(ANA, 'Now!', dying)).rejects.toThrow();
    expect(lastOf(await desk.trace(), 'approval.closed')?.data.outcome).toBe('granted');
    expect(everyone()).toEqual([]);
    await desk.askAgain('inc-1', desk.asked.seq, 'second-token');
    expect(everyone()).toHaveLength(1);
  });

  test('a topic that fails does not hold back the change, and the trace says that nobody was notified', async () => {
    desk.notifier.failing = true;
    await approveDespiteFreeze(ANA, 'Customers get 504s.');
    expect(lastOf(await desk.trace(), 'people.notified')?.data).toMatchObject({ about: 'break-glass', sent: false });
    expect(desk.callbacks.resumed).toHaveLength(1);
  });

  test('a denial needs no override', async () => {
    expect(await desk.answer(ANA, 'deny', 'It can wait.')).toMatchObject({ statusCode: 200 });
    expect(lastOf(await desk.trace(), 'approval.closed')?.data.outcome).toBe('denied');
  });

  test('the page says so above the buttons, and offers the override', async () => {
    const seen = await desk.look(ANA);
    expect(seen.text).toContain(`There is a change freeze. ${FREEZE}`);
    expect(seen.body).toContain('name="breakGlass"');
  });

  test('policy may restrict who overrides the freeze', async () => {
    const ports = desk.withPolicy(`@id("owners")
@reason("Only owners.")
forbid (principal, action == Checkrein::Action::"approve", resource)
when { context.breakGlass } unless { principal in Checkrein::Role::"owner" };`);
    expect(await approveDespiteFreeze(ANA, 'Now!', ports)).toMatchObject({ statusCode: 403 });
    expect(await approveDespiteFreeze(BEN, 'Now!', ports)).toMatchObject({ statusCode: 200 });
  });

  test('policy may require more people to override the freeze than to approve', async () => {
    const ports = desk.withPolicy(`@id("two")
@reason("Two.")
forbid (principal, action == Checkrein::Action::"release", resource)
when { context.breakGlass && context.approvals < 2 };`);
    expect((await approveDespiteFreeze(ANA, 'Now!', ports)).text).toContain('1 of 2 needed');
    expect(desk.callbacks.resumed).toEqual([]);
    await approveDespiteFreeze(BEN, 'Yes, now.', ports);
    expect(lastOf(await desk.trace(), 'approval.closed')?.data.by).toEqual([ANA, BEN]);
  });

  test('that policy lets nobody override, an approval says so and grants nothing', async () => {
    const ports = desk.withPolicy(`@id("never")
@reason("This freeze is for everybody.")
forbid (principal, action == Checkrein::Action::"release", resource)
when { context.breakGlass };`);
    expect(await approveDespiteFreeze(ANA, 'Now!', ports)).toMatchObject({
      statusCode: 403,
      text: like('Your approval was recorded but has no effect: This freeze is for everybody.'),
    });
    expect(desk.callbacks.resumed).toEqual([]);
  });
});

describe('a freeze that begins between two approvals', () => {
  test('is not overridden by the one that came before it', async () => {
    await desk.openQuestion('inc-2', { plan: rebootPlan });
    desk.calendar.closed = undefined;
    await desk.answer(ANA, 'approve', 'Fine.');
    desk.calendar.closed = FREEZE;
    expect((await approveDespiteFreeze(BEN, 'It hangs.')).text).toContain('1 of 2 needed');
    expect(desk.callbacks.resumed).toEqual([]);
    // Ana approved before the freeze; approving again overrides it, and she still counts once.
    expect((await approveDespiteFreeze(ANA, 'Freeze or not.')).text).toContain('Approved.');
    expect(lastOf(await desk.trace(), 'approval.closed')?.data).toMatchObject({ by: [BEN, ANA], breakGlass: true });
  });
});

test('a break-glass approval without a freeze is an ordinary approval', async () => {
  desk.calendar.closed = undefined;
  await approveDespiteFreeze(ANA, 'To be safe.');
  const [grant] = lastOf(await desk.trace(), 'grant.issued')?.data.grants ?? [];
  expect(grant?.breakGlass).toBeUndefined();
  expect(everyone()).toEqual([]);
});
