import { beforeEach, describe, expect, test } from 'vitest';
import { grantFault } from '../../../../lambdas/kernel/changes/grants.ts';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { takeAnswer } from '../../../../lambdas/approvals/answer/answer.ts';
import type { PagePorts } from '../../../../lambdas/approvals/page/page-view.ts';
import { policyEngine } from '../../../../lambdas/kernel/policy/engine.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import {
  ANA,
  approvalDesk,
  BEN,
  type ApprovalDeskFixture,
  type AskedQuestion,
} from '../../../fixtures/approval-desk.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';
import { postAnswer, getPage, post, pageText } from '../page/requests.ts';

const FREEZE = 'The change calendar sale is closed until 2026-11-30.';

let desk: ApprovalDeskFixture;
let asked: AskedQuestion;
beforeEach(async () => {
  desk = approvalDesk();
  asked = await desk.openQuestion('inc-1');
  desk.calendar.closed = FREEZE;
});

const trace = (incident = 'inc-1') => desk.ledger.events(incident);
const approveDespiteFreeze = (email: string, reason: string, ports: PagePorts = desk.page, of: AskedQuestion = asked) =>
  post(ports, new URLSearchParams({ t: of.token(email), answer: 'approve', reason, breakGlass: 'yes' }).toString());
const everyone = () => desk.notifier.sent.filter(({ audience }) => audience === undefined);

describe('in a change freeze', () => {
  test('a plain approval grants nothing, and the page says what is required', async () => {
    const response = await postAnswer(desk.page, asked.token(ANA), 'approve', 'Looks right.');
    expect(response.statusCode).toBe(409);
    expect(pageText(response)).toContain(
      `${FREEZE} To approve anyway, override the change freeze (break-glass) and say why.`,
    );
    expect(allOf(await trace(), 'approval.answered')).toEqual([]);
    expect(desk.callbacks.resumed).toEqual([]);
  });

  test('a break-glass approval without a reason grants nothing', async () => {
    const response = await approveDespiteFreeze(ANA, '  ');
    expect(response.statusCode).toBe(400);
    expect(pageText(response)).toContain('Say why this cannot wait');
    expect(response.body).toContain('checked');
    expect(desk.callbacks.resumed).toEqual([]);
  });

  test('a break-glass approval from a terminal needs a reason too', async () => {
    const { approvalId = '' } = lastOf(await trace(), 'approval.asked')?.data ?? {};
    const answer = {
      approvalId,
      approver: ANA,
      answer: 'approve',
      reason: ' ',
      breakGlass: true,
      via: 'terminal',
    } as const;
    expect(await takeAnswer(answer, desk.page)).toMatchObject({ status: 'refused', because: 'frozen' });
    expect(desk.callbacks.resumed).toEqual([]);
  });

  test('a break-glass approval with a reason grants the plan, marks the grant, and notifies everyone before the flow goes on', async () => {
    expect((await approveDespiteFreeze(ANA, 'Customers get 504s.')).statusCode).toBe(200);
    const events = await trace();
    expect(lastOf(events, 'approval.answered')?.data).toMatchObject({
      breakGlass: true,
      reason: 'Customers get 504s.',
    });
    expect(lastOf(events, 'approval.closed')?.data).toMatchObject({ outcome: 'granted', breakGlass: true });
    const [grant] = lastOf(events, 'grant.issued')?.data.grants ?? [];
    expect(grant?.breakGlass).toBe(true);
    const wanted = { incidentId: 'inc-1', digest: asked.digest, purpose: 'apply' as const };
    expect(await grantFault(new HmacMac('grant key'), grant, wanted, desk.clock.now())).toBeUndefined();
    expect(everyone().map(({ about, subject }) => `${about}: ${subject}`)).toEqual([
      'break-glass: Change freeze overridden: resize_instance on i-0a1b2c3d4e5f60718',
    ]);
    expect(everyone()[0]?.text).toContain(FREEZE);
    expect(everyone()[0]?.text).toContain('Customers get 504s.');
    expect(desk.callbacks.resumed.map(({ output }) => [output.next, output.seq])).toEqual([['apply', events.length]]);
  });

  test('everyone is notified once, however often the answer is completed', async () => {
    await approveDespiteFreeze(ANA, 'Customers get 504s.');
    await postAnswer(desk.page, asked.token(BEN), 'approve', 'Me too.');
    await desk.askAgain('inc-1', asked.seq, 'second-token');
    expect(everyone()).toHaveLength(1);
  });

  test('a topic that fails does not hold back the change, and the trace says that nobody was notified', async () => {
    desk.notifier.deaf = true;
    await approveDespiteFreeze(ANA, 'Customers get 504s.');
    expect(lastOf(await trace(), 'people.notified')?.data).toMatchObject({ about: 'break-glass', sent: false });
    expect(desk.callbacks.resumed).toHaveLength(1);
  });

  test('a denial needs no override', async () => {
    expect((await postAnswer(desk.page, asked.token(ANA), 'deny', 'It can wait.')).statusCode).toBe(200);
    expect(lastOf(await trace(), 'approval.closed')?.data.outcome).toBe('denied');
  });

  test('the page says so above the buttons, and offers the override', async () => {
    const seen = await getPage(desk.page, asked.token(ANA));
    expect(pageText(seen)).toContain(`There is a change freeze. ${FREEZE}`);
    expect(seen.body).toContain('name="breakGlass"');
  });

  test('policy may restrict who overrides the freeze', async () => {
    const owners = `@id("owners")
@reason("Only owners.")
forbid (principal, action == Checkrein::Action::"approve", resource)
when { context.breakGlass } unless { principal in Checkrein::Role::"owner" };`;
    const { rules } = desk.page;
    const ports = { ...desk.page, policy: policyEngine({ ...rules, policies: { ...rules.policies, owners } }) };
    expect((await approveDespiteFreeze(ANA, 'Now!', ports)).statusCode).toBe(403);
    expect((await approveDespiteFreeze(BEN, 'Now!', ports)).statusCode).toBe(200);
  });

  test('policy may require more people to override the freeze than to approve', async () => {
    const two = `@id("two")
@reason("Two.")
forbid (principal, action == Checkrein::Action::"release", resource)
when { context.breakGlass && context.approvals < 2 };`;
    const { rules } = desk.page;
    const ports = { ...desk.page, policy: policyEngine({ ...rules, policies: { ...rules.policies, two } }) };
    expect(pageText(await approveDespiteFreeze(ANA, 'Now!', ports))).toContain('1 of 2 needed');
    expect(desk.callbacks.resumed).toEqual([]);
    await approveDespiteFreeze(BEN, 'Yes, now.', ports);
    expect(lastOf(await trace(), 'approval.closed')?.data.by).toEqual([ANA, BEN]);
  });
});

test('where policy lets nobody override a freeze, an approval says so and grants nothing', async () => {
  const never = `@id("never")
@reason("This freeze is for everybody.")
forbid (principal, action == Checkrein::Action::"release", resource)
when { context.breakGlass };`;
  const { rules } = desk.page;
  const ports = { ...desk.page, policy: policyEngine({ ...rules, policies: { ...rules.policies, never } }) };
  const response = await approveDespiteFreeze(ANA, 'Now!', ports);
  expect(response.statusCode).toBe(403);
  expect(pageText(response)).toContain('Your approval was recorded but has no effect: This freeze is for everybody.');
  expect(desk.callbacks.resumed).toEqual([]);
});

describe('a freeze that begins between two approvals', () => {
  test('is not overridden by the one that came before it', async () => {
    const reboot = await desk.openQuestion('inc-2', { plan: rebootPlan });
    desk.calendar.closed = undefined;
    await postAnswer(desk.page, reboot.token(ANA), 'approve', 'Fine.');
    desk.calendar.closed = FREEZE;
    expect(pageText(await approveDespiteFreeze(BEN, 'It hangs.', desk.page, reboot))).toContain('1 of 2 needed');
    expect(desk.callbacks.resumed).toEqual([]);
    // Ana approved before the freeze; approving again overrides it, and she still counts once.
    expect(pageText(await approveDespiteFreeze(ANA, 'Freeze or not.', desk.page, reboot))).toContain('Approved.');
    expect(lastOf(await trace('inc-2'), 'approval.closed')?.data).toMatchObject({ by: [BEN, ANA], breakGlass: true });
  });
});

test('a break-glass approval without a freeze is an ordinary approval', async () => {
  desk.calendar.closed = undefined;
  await approveDespiteFreeze(ANA, 'To be safe.');
  const [grant] = lastOf(await trace(), 'grant.issued')?.data.grants ?? [];
  expect(grant?.breakGlass).toBeUndefined();
  expect(everyone()).toEqual([]);
});
