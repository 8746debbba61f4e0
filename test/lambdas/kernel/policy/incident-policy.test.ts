import { beforeEach, describe, expect, test } from 'vitest';
import { allOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { ANA, approvalDesk, BEN, DESK_RULES } from '../../../fixtures/approval-desk.ts';
import { call } from '../../../fakes/preset-model.ts';
import { forgeUnattended } from '../../../fixtures/compromised-authorize.ts';
import {
  APP,
  begun,
  RESIZE,
  rules,
  TestHarness,
  withPolicies,
  type HarnessOptions,
} from '../../../fixtures/harness.ts';
import { like } from '../../../fixtures/matchers.ts';
import { questionEvent, questionSubject, withChanges } from '../../../fixtures/questions.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

const WORLD = BUSY_SERVER.replace('environment: production', 'environment: staging');
/** A policy that lets every change of the agent through without a person. */
const ALONE = `@id("alone")
@reason("It needs no human.")
permit (principal, action == Checkrein::Action::"applyUnattended", resource);`;
const LOOSE = withPolicies({ alone: ALONE });

/** A question that the responding agent was asked, with a first piece of evidence. */
const asked = async (options: HarnessOptions = {}): Promise<TestHarness> => {
  const harness = new TestHarness({ world: WORLD, rules: withChanges(LOOSE), ...options });
  expect(await harness.open(questionEvent({ agent: 'ec2-responder', askedBy: 'carl@example.com' }))).toBe('observe');
  await harness.decide([call('describe_instances', { instanceIds: [APP] })]);
  await harness.observe();
  return harness;
};

describe('a change in an incident that began with a question, where the settings allow it', () => {
  test('needs two approvals although policy lets it through alone, and the trace says why', async () => {
    const alarm = await begun({ world: WORLD, rules: withChanges(LOOSE) });
    await alarm.propose(RESIZE.tool, RESIZE.input);
    expect(await alarm.confirm()).toBe('apply');

    const question = await asked();
    await question.propose(RESIZE.tool, RESIZE.input);
    expect(await question.confirm()).toBe('approve');
    const { approvalsNeeded, statements } = (await question.last('plan.judged')).data;
    expect(approvalsNeeded).toBe(2);
    expect(statements.map(({ id, reason }) => [id, reason])).toContainEqual([
      'question-needs-two',
      'A person asked for this and nobody has checked who it was, so at least two people must approve.',
    ]);
  });

  test('is not made without a person by a compromised Authorize', async () => {
    const harness = await asked();
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm();
    const { unattendedMac: mac = harness.ports.grantMac } = harness.ports;
    await forgeUnattended({ ...harness.ports, mac }, harness.at.incidentId);
    harness.at = { ...harness.at, seq: (await harness.events()).length };
    expect(await harness.apply()).toBe('decide');
    expect(await harness.lastReply()).toMatch(/not without a person: .*at least two people must approve/);
    expect(harness.mutations).toEqual([]);
  });

  test('is not made with a grant of one approval', async () => {
    const harness = await asked();
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm();
    await harness.grant(false, ['ana@example.com']);
    expect(await harness.apply()).toBe('decide');
    expect(await harness.lastReply()).toMatch(/2 approvals are needed by now, and 1 of those/);
    expect(harness.mutations).toEqual([]);
  });

  test('is made with two', async () => {
    const harness = await (await asked()).untilGranted();
    expect(await harness.apply()).toBe('verify');
  });
});

describe('an incident that began with a question', () => {
  const without = withChanges(LOOSE, false);

  test('changes nothing once the setting is switched off, whoever has approved', async () => {
    const harness = await (await asked()).untilGranted();
    expect(await harness.apply({ rules: { ...harness.ports.rules, settings: without.settings } })).toBe('decide');
    expect(await harness.lastReply()).toMatch(/began with a question.*do not allow changes/);
    expect(harness.mutations).toEqual([]);
  });

  test('changes nothing if the setting was switched on after it opened', async () => {
    const before = new TestHarness({ world: WORLD, rules: without });
    await before.open(questionEvent());
    const agents = rules.agents.map((agent) =>
      agent.name === 'questions' ? { ...agent, tools: { ...agent.tools, change: [RESIZE.tool] } } : agent,
    );
    const after = new TestHarness({ world: WORLD, ledger: before.ledger, rules: { ...withChanges(LOOSE), agents } });
    after.at = before.at;
    await after.propose(RESIZE.tool, RESIZE.input);
    expect(await after.lastReply()).toMatch(/^Refused \(policy\): This incident began with a question when/);
    expect((await after.last('proposal.judged')).data).toMatchObject({ verdict: 'refused' });
  });
});

describe('people who are asked about a change in such an incident', () => {
  const page = 'https://approve.example.com';
  const subject = questionSubject(true);
  let desk = approvalDesk();
  beforeEach(() => {
    desk = approvalDesk(page, withChanges(DESK_RULES));
  });

  test('read that two of them are needed, and why', async () => {
    await desk.openQuestion('inc-1', { subject });
    expect(desk.notifier.sent[0]?.text).toMatch(/Who is needed: 2 people. Why: A person asked for this/);
    expect((await desk.look(ANA)).text).toContain('at least two people must approve');
  });

  test('must be two, although a compromised Authorize wrote that one is enough', async () => {
    await desk.openQuestion('inc-1', { subject, approvalsNeeded: 1 });
    expect(allOf(await desk.trace(), 'approval.asked').map(({ data }) => data.needed)).toEqual([2]);
    expect((await desk.answer(ANA, 'approve')).text).toContain('Your approval counts. 1 of 2 needed.');
    expect(allOf(await desk.trace(), 'grant.issued')).toEqual([]);
    expect(await desk.answer(BEN, 'approve', '', { t: await desk.linkFor(BEN) })).toMatchObject({
      text: like('Approved.'),
    });
  });

  test('cannot approve it if the question was asked when the settings did not allow changes', async () => {
    await desk.openQuestion('inc-1', { subject: questionSubject(false), approvalsNeeded: 1 });
    expect((await desk.answer(ANA, 'approve')).text).toContain('has no effect: This incident began with a question');
    expect(allOf(await desk.trace(), 'grant.issued')).toEqual([]);
  });

  test('are two besides the person who asked; where there is one, the request expires at once', async () => {
    await desk.openQuestion('inc-1', { subject, triggeredBy: ANA });
    expect(allOf(await desk.trace(), 'approval.closed').map(({ data }) => [data.outcome, data.reason])).toEqual([
      ['expired', 'Policy lets 1 of the known approvers approve this plan, but 2 are needed.'],
    ]);
  });
});
