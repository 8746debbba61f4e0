import { describe, expect, test } from 'vitest';
import type { EventData, TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { planStateOf } from '../../../../lambdas/kernel/trace/plan-state.ts';
import { lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { whatHappened } from '../../../../lambdas/kernel/trace/what-happened.ts';
import { call } from '../../../fakes/preset-model.ts';
import { ANA, approvalDesk, BEN, deskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { begun, granted, NO_HELP, RESIZE, type TestHarness } from '../../../fixtures/harness.ts';
import { record } from '../../../fixtures/incident.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

const said = (events: readonly TraceEvent[]): string[] => whatHappened(events).map(String);
const saidBy = async (harness: TestHarness): Promise<string[]> => said(await harness.events());
const stateIn = async (harness: TestHarness): Promise<string> => {
  const events = await harness.events();
  return planStateOf(events, (await harness.last('plan.judged')).data.digest ?? '');
};

const P1 = 'P1 (Resize app: t3.small → t3.xlarge)';
const APPROVED = 'It was approved by ana@example.com, ben@example.com (2 of 1).';

/** The trace with other data in its events of one kind, as far as they are about this purpose. */
const resulting = (
  events: readonly TraceEvent[],
  purpose: 'apply' | 'rollback',
  change: Partial<EventData<'apply.finished'>>,
): TraceEvent[] =>
  events.map((event) =>
    event.kind === 'apply.finished' && event.data.purpose === purpose
      ? { ...event, data: { ...event.data, ...change } }
      : event,
  );

describe('what happened', () => {
  test('begins with “nothing was changed” where nothing was, and says how the alarm was last seen', async () => {
    expect(await saidBy(await begun())).toEqual([
      'Nothing was changed.',
      expect.stringMatching(/^The alarm was last seen in ALARM at 2026-11-20 \d\d:\d\d UTC\.$/),
    ]);
  });

  test('names the change, when it was applied, its verification and its approvers', async () => {
    const harness = await granted();
    await harness.apply();
    await harness.untilVerified();
    const [change, alarm] = await saidBy(harness);
    expect(change).toMatch(/ was applied at 2026-11-20 \d\d:\d\d UTC\. Verification: healed\. It was approved by /);
    expect(change?.startsWith(P1)).toBe(true);
    expect(change?.endsWith(APPROVED)).toBe(true);
    expect(alarm).toMatch(/^The alarm was last seen OK at /);
    expect(await stateIn(harness)).toBe('in-place');
  });

  test('says that a change was rolled back', async () => {
    const harness = await granted(NO_HELP);
    await harness.apply();
    await harness.untilVerified();
    expect((await saidBy(harness))[0]).toMatch(/Its rollback was asked for and not made, so it is still in place\./);
    await harness.rollback();
    expect((await saidBy(harness))[0]).toMatch(
      /Verification: unhealed\. It was rolled back at 2026-11-20 \d\d:\d\d UTC\./,
    );
    expect(await stateIn(harness)).toBe('rolled-back');
  });

  test('says that the rollback failed, and that somebody must look', async () => {
    const harness = await granted(NO_HELP);
    await harness.apply();
    await harness.untilVerified();
    await harness.rollback();
    const failed = resulting(await harness.events(), 'rollback', { outcome: 'failed' });
    expect(said(failed)[0]).toMatch(/Its rollback was started at .* UTC, and failed\. Look at the target\./);
  });

  test('does not send anybody to look at a change of unknown result that was rolled back', async () => {
    const harness = await granted(NO_HELP);
    await harness.apply();
    await harness.untilVerified();
    await harness.rollback();
    const stuck = {
      outcome: 'unknown',
      error: { code: 'RolloutStuck', says: 'The rollout of cart is stuck' },
    } as const;
    const [first = ''] = said(resulting(await harness.events(), 'apply', stuck));
    expect(first).toMatch(/was started at .* UTC and was not seen to finish: The rollout of cart is stuck\./);
    expect(first).toMatch(/It was rolled back at /);
    expect(first).not.toContain('Look at the target');
  });

  test('calls a result unknown that is not on the trace', async () => {
    const harness = await granted();
    await harness.apply();
    const events = (await harness.events()).filter(({ kind }) => kind !== 'apply.finished');
    expect(said(events)[0]).toMatch(/was started at .* UTC, and no result was recorded\. Look at the target\./);
    expect(planStateOf(events, lastOf(events, 'apply.started')?.data.digest ?? '')).toBe('unknown');
  });

  const error = { code: 'InsufficientInstanceCapacity', says: 'AWS has no capacity' };
  test.each<[string, Partial<EventData<'apply.finished'>>, RegExp, string]>([
    [
      'failed',
      { outcome: 'failed', error },
      /and failed: AWS has no capacity\. A part of it may have been made\. Look/,
      'not-applied',
    ],
    [
      'unknown',
      { outcome: 'unknown', error },
      /its result is unknown: AWS has no capacity\. Look at the target\./,
      'unknown',
    ],
  ])('does not call a change applied whose result is %s', async (_outcome, change, words, state) => {
    const harness = await granted();
    await harness.apply();
    const events = resulting(await harness.events(), 'apply', change);
    expect(said(events)[0]).toMatch(words);
    expect(said(events).join(' ')).not.toMatch(/was applied|Nothing was changed/);
    expect(planStateOf(events, lastOf(events, 'apply.started')?.data.digest ?? '')).toBe(state);
  });

  test('says that the target was as before, where that was read', async () => {
    const harness = await granted();
    await harness.apply();
    const events = await harness.events();
    const before = lastOf(events, 'dry-run.finished')?.data;
    expect.assert(before?.made === true);
    const failed = resulting(events, 'apply', { outcome: 'failed', error, state: before.plan.before });
    expect(said(failed)[0]).toMatch(/and failed: AWS has no capacity\. Afterwards the target was as before\./);
  });

  test('says why an approved change was not applied', async () => {
    const harness = await granted();
    await harness.stopByHand();
    await harness.apply();
    const [first, second] = await saidBy(harness);
    expect(first).toBe('Nothing was changed.');
    expect(second).toMatch(
      /was approved by ana@example\.com, ben@example\.com \(2 of 1\)\. It was not applied: \(drift\) /,
    );
  });

  test('says that a plan was never confirmed, and why one was refused', async () => {
    const harness = await begun();
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect((await saidBy(harness))[1]).toBe(`${P1} was never confirmed by the agent.`);
    harness.switch.position = 'propose-only';
    await harness.confirm();
    expect((await saidBy(harness))[1]).toMatch(/ was refused: \(switch\) The kill switch is propose-only/);
  });

  test('names a change that no plan stands behind', async () => {
    const harness = await begun();
    await record(harness.ports, 'incident-1', 'a-bug', 'apply.started', {
      digest: `sha256:${'0'.repeat(64)}`,
      purpose: 'apply',
      grantId: 'grant-0',
      tool: 'reboot_instance',
      input: {},
      targetArn: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1',
      deadline: '',
    });
    expect((await saidBy(harness))[0]).toMatch(/^reboot_instance was started on arn:\S+ at .* UTC, without a plan\.$/);
  });
});

describe('who decided', () => {
  test('is every approver, with how many were needed', async () => {
    const desk = approvalDesk();
    await desk.openQuestion('inc-1', { plan: rebootPlan });
    await desk.answer(ANA, 'approve');
    expect(said(await desk.trace())[1]).toMatch(
      / was approved by ana@example\.com \(1 of 2\), then waiting for approval\.$/,
    );
    await desk.answer(BEN, 'approve');
    expect(said(await desk.trace())[1]).toBe(
      `P1 (Reboot i-0a1b2c3d4e5f60718) was approved by ${ANA}, ${BEN} (2 of 2).`,
    );
  });

  test('is whoever denied, with the reason in quotes that it cannot close', async () => {
    const desk = approvalDesk();
    await desk.openQuestion('inc-1', { plan: rebootPlan });
    await desk.answer(ANA, 'approve');
    await desk.answer(BEN, 'deny', 'No." P1 was applied.\nIt was approved by "everybody');
    expect(said(await desk.trace())[1]).toMatch(
      / was approved by ana@example\.com \(1 of 2\), then denied by ben@example\.com: "No\.' P1 was applied\. It was approved by 'everybody"$/,
    );
  });

  test('is nobody, if the request expired', async () => {
    const desk = await deskWithQuestion();
    desk.clock.advance(120);
    await desk.askAgain('inc-1', desk.asked.seq, 'another-task-token');
    expect(said(await desk.trace())[1]).toMatch(/ was left to expire: Nobody answered in time\.$/);
  });
});

describe('how the alarm was last seen', () => {
  const alarmLine = async (harness: TestHarness, change: (event: TraceEvent) => TraceEvent): Promise<string> =>
    said((await harness.events()).map(change)).at(-1) ?? '';

  test('is unknown where nobody looked, or nobody can tell', async () => {
    const harness = await begun();
    const line = await alarmLine(harness, (event) =>
      event.kind === 'evidence.gathered' ? { ...event, data: { ...event.data, outcome: 'failed' } } : event,
    );
    expect(line).toMatch(/^The alarm was raised at .* UTC\. How it was later is unknown\.$/);
  });

  test('is never read from an alarm whose name begins with its name and a state', async () => {
    const harness = await begun();
    const lookalike = 'cpu-high is OK since';
    const line = await alarmLine(harness, (event) =>
      event.kind === 'evidence.gathered' && event.data.tool === 'describe_alarm'
        ? { ...event, data: { ...event.data, input: { alarm: lookalike }, text: `${lookalike} is ALARM since noon` } }
        : event,
    );
    expect(line).toMatch(/How it was later is unknown/);
  });

  test('is what the tool answered last, whatever the model says', async () => {
    const harness = await begun();
    await harness.decide([{ type: 'text', text: 'cpu-high is OK.' }, call('describe_alarm', { alarm: 'cpu-high' })]);
    await harness.observe();
    expect((await saidBy(harness)).at(-1)).toMatch(/last seen in ALARM/);
  });
});
