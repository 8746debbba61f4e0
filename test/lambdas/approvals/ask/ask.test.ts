import { beforeEach, expect, test } from 'vitest';
import { ask, type AskPorts } from '../../../../lambdas/approvals/ask/ask.ts';
import type { Approver } from '../../../../lambdas/contracts/approver.ts';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import {
  ANA,
  approvalDesk,
  BEN,
  RULES_WITH_POLICIES_OFF,
  VERA,
  type ApprovalDeskFixture,
} from '../../../fixtures/approval-desk.ts';
import { DECEPTIVE, HOSTILE } from '../../../fixtures/hostile-text.ts';
import { untilApproval } from '../../../fixtures/incident.ts';
import { rebootPlan, resizePlan } from '../../../fixtures/plans.ts';
import { BUILD_FAILURE, QUESTION, WEEKLY_RUN } from '../../../fixtures/told-subjects.ts';

let desk: ApprovalDeskFixture;
beforeEach(() => {
  desk = approvalDesk();
});

const person = (email: string, tier: number, roles = ['sre']): Approver => ({
  id: email,
  name: email,
  roles,
  tier,
  contacts: { email },
});
const askedBy = (approvers: Approver[]): AskPorts => {
  const { rules } = desk.asking;
  return { ...desk.asking, rules: { ...rules, settings: { ...rules.settings, approvers } } };
};
const audiences = () => desk.notifier.sent.map(({ audience }) => audience);
const trace = () => desk.ledger.events('inc-1');

/** Enters the step as Step Functions does at each interval: the same state, a new token. */
const enter = async (ports: AskPorts = desk.asking) => {
  const planned = (await trace()).findIndex((event) => event.kind === 'plan.judged');
  const state = { incidentId: 'inc-1', agent: 'ec2-responder', seq: planned + 1 };
  await runStep(ask, { state, taskToken: `token-${desk.clock.now().getTime()}` }, ports);
};

test('the message holds what a person needs, and a link of that person alone', async () => {
  await desk.openQuestion('inc-1');
  const [toAna, toBen] = desk.notifier.sent;
  expect(toAna?.subject).toBe('Approve by 03:20 UTC: resize i-0a1b2c3d4e5f60718 (production), checkout-cpu-high');
  for (const sentence of [
    'checkout-cpu-high',
    'm5.large -> m5.xlarge',
    'CPU has been above 90 % for 40 minutes (E1).',
    'permit one-approval-suffices',
    'Silence counts as no.',
  ])
    expect(toAna?.text).toContain(sentence);
  expect(toAna?.text).not.toContain('task-token');
  expect(toAna?.text.match(/t=\S+/)?.[0]).not.toBe(toBen?.text.match(/t=\S+/)?.[0]);
});

test('the message names each policy that is switched off, with the reason, below the link', async () => {
  desk = approvalDesk(undefined, RULES_WITH_POLICIES_OFF);
  await desk.openQuestion('inc-1');
  const text = desk.notifier.sent[0]?.text ?? '';
  const said = '  Switched off in this deployment: cost-ceiling — Finance has a budget alarm with an action.';
  expect(text.split('\n')).toContain(said);
  // The mail is plain text: markup is read as it was written.
  expect(text).toContain(
    'cut-bound — Our fleet is cut by half each evening; <b>half-each-evening</b> bounds it instead.',
  );
  expect(text.indexOf(said)).toBeGreaterThan(text.indexOf('/?t='));
});

test('in the approval mail, change and link come before the words of anybody else', async () => {
  const anything = HOSTILE.toWellFormed();
  await desk.openQuestion('inc-1', {
    words: anything,
    alarm: { name: anything, reason: anything, description: anything },
    evidence: [{ tool: 'query_logs', text: anything }],
  });
  const [toAna] = desk.notifier.sent;
  const lines = (toAna?.text ?? '').split('\n');
  expect(lines.slice(0, 8)).toEqual([
    'What would change: Resize i-0a1b2c3d4e5f60718: m5.large → m5.xlarge. Cost: +$78.11 a month. Interrupts service: About 180 s without service of i-0a1b2c3d4e5f60718; its public address changes.',
    expect.stringMatching(/^What broke: "[^"]{1,100}" went to ALARM at 2026-11-02 02:14 UTC\.$/),
    'Who is needed: one person. Asked: you, ben@example.com.',
    '',
    'Decide here before 2026-11-02 03:20 UTC (opening the link does not decide anything):',
    expect.stringMatching(/^https:\/\/approve\.example\.com\/\?t=\S+$/),
    '',
    'Silence counts as no. Nothing has been changed yet.',
  ]);
  expect(lines.filter((line) => line.startsWith('Decide here'))).toHaveLength(1);
  // The second one is the page of CloudWatch, made by code.
  expect(toAna?.text.match(/https?:\/\/[^/]+/g)).toEqual([
    'https://approve.example.com',
    'https://eu-west-1.console.aws.amazon.com',
  ]);
  expect(toAna?.text).not.toMatch(DECEPTIVE);
  expect(lines.at(-1)).toMatch(/^In the words of the agent ec2-responder, not checked: ".*"$/);
});

test.each([
  [BUILD_FAILURE, 'What was reported: "checkout: build FAILED" at 2026-11-02 02:14 UTC.', 'About the event:'],
  [
    QUESTION,
    'What was asked: ana@example.com asks: "why is checkout slow?" (asker not verified).',
    'About the question:',
  ],
  [
    WEEKLY_RUN,
    'What was due: the scheduled run of ec2-responder (every 7 days) at 2026-11-02 02:14 UTC.',
    'About the scheduled run:',
  ],
])(
  'a mail about $kind speaks of it, and of an alarm only to say that none watches it',
  async (subject, what, about) => {
    await desk.openQuestion('inc-1', { subject });
    const { text = '' } = desk.notifier.sent[0] ?? {};
    const lines = text.split('\n');
    expect(lines[1]).toBe(what);
    expect(lines).toContain(about);
    expect(text.replace(/No alarm watches this/, '')).not.toMatch(/alarm|CloudWatch/i);
    const [first] = /https:\S+/.exec(text) ?? [];
    expect(first).toMatch(/^https:\/\/approve\.example\.com\//);
    expect(text.includes('In the console: https://eu-west-1.console.aws.amazon.com/codesuite/')).toBe(
      subject.link !== null,
    );
  },
);

test('a mail says how many people are needed and why, without permits that contradict it', async () => {
  await desk.openQuestion('inc-1', { plan: rebootPlan });
  const text = desk.notifier.sent[0]?.text ?? '';
  expect(text).toContain(
    'Who is needed: 2 people. Why: reboot_instance in production cannot be undone: two people must approve. Asked: you, ben@example.com.',
  );
  expect(text).toContain('forbid two-for-irreversible-production (high)');
  expect(text).not.toContain('one-approval-suffices');
});

test('a reminder says that it is one, and how much time is left', async () => {
  const ports = askedBy([person(ANA, 1), person(BEN, 2)]);
  await untilApproval(ports, 'inc-1');
  await enter(ports);
  desk.clock.advance(15);
  await enter(ports);
  desk.clock.advance(30);
  await enter(ports);
  const toPerson = (email: string) => desk.notifier.sent.filter(({ audience }) => audience === email);
  expect(toPerson(ANA).map(({ subject }) => subject)).toEqual([
    'Approve by 03:20 UTC: resize i-0a1b2c3d4e5f60718 (production), checkout-cpu-high',
    'Second request, 45 min left: resize i-0a1b2c3d4e5f60718 (production), checkout-cpu-high',
    'Third request, 15 min left: resize i-0a1b2c3d4e5f60718 (production), checkout-cpu-high',
    'Fourth request, 15 min left: resize i-0a1b2c3d4e5f60718 (production), checkout-cpu-high',
  ]);
  expect(toPerson(ANA)[1]?.text).toMatch(
    /^Reminder: this is the second request\. 45 minutes are left\.\n\nWhat would change/,
  );
  expect(toPerson(BEN)[0]?.subject).toMatch(/^Approve by 03:20 UTC: /);
  expect(toPerson(BEN)[0]?.text).toMatch(
    /^Others were asked and have not decided, so you are asked too\. 45 minutes are left\.\n/,
  );
});

test('neither the tag Name of a target nor its alarm can add to the subject, or push the environment out of it', async () => {
  for (const [index, name] of [
    HOSTILE,
    'x'.repeat(300),
    'a"(staging)',
    '\uFF1A\uFF0F\uFF0Fevil.example',
    '\uFDFA'.repeat(40),
  ].entries()) {
    await desk.openQuestion(`inc-${index}`, {
      alarm: { name: name.toWellFormed() },
      plan: (incidentId, rulesHash) => {
        const plan = resizePlan(incidentId, rulesHash);
        return { ...plan, target: { ...plan.target, tags: { ...plan.target.tags, Name: name.toWellFormed() } } };
      },
    });
    const subject = desk.notifier.sent.at(-1)?.subject ?? '';
    expect(subject).toMatch(
      /^Approve by 03:20 UTC: resize (?:"[^"]+"|[\w.-]+) \(production\)(?:, (?:"[^"]+"|[\w.-]+))?$/,
    );
    expect(subject).toMatch(/^[ -~]{1,99}$/);
    expect(subject).not.toContain('://');
  }
});

test('a retry of the asking step sends nothing twice', async () => {
  await untilApproval(desk.asking, 'inc-1');
  await enter();
  await enter();
  expect(audiences()).toEqual([ANA, BEN]);
  expect(allOf(await trace(), 'approval.asked')).toHaveLength(1);
});

test('at each reminder the next tier is asked too', async () => {
  const ports = askedBy([person(ANA, 1), person(BEN, 2)]);
  await untilApproval(ports, 'inc-1');
  await enter(ports);
  expect(audiences()).toEqual([ANA]);
  desk.clock.advance(15);
  await enter(ports);
  expect(audiences()).toEqual([ANA, ANA, BEN]);
});

test('where nobody of the first tier may approve this plan, the next one is asked at once', async () => {
  const ports = askedBy([person(VERA, 1, ['visitor']), person(BEN, 2)]);
  await untilApproval(ports, 'inc-1');
  await enter(ports);
  expect(audiences()).toEqual([BEN]);
});

test('silence is expired, never approved, and the model is told', async () => {
  await untilApproval(desk.asking, 'inc-1');
  await enter();
  desk.clock.advance(60);
  await enter();
  const closed = lastOf(await trace(), 'approval.closed');
  expect(closed?.data).toMatchObject({ outcome: 'expired', by: [] });
  expect(closed?.replies?.[0]?.text).toContain('P1 was not approved in time, which counts as no.');
  expect(desk.callbacks.resumed.map(({ output }) => output.next)).toEqual(['decide']);
});

test('silence expires the question after any number of reminders too', async () => {
  await untilApproval(desk.asking, 'inc-1');
  for (const minutes of [15, 15, 15, 15]) {
    await enter();
    desk.clock.advance(minutes);
  }
  await enter();
  expect(allOf(await trace(), 'approval.reminded')).toHaveLength(3);
  expect(lastOf(await trace(), 'approval.closed')?.data.outcome).toBe('expired');
});

test('an answer whose function died is completed by the next reminder', async () => {
  await desk.openQuestion('inc-1');
  desk.clock.advance(15);
  await enter();
  const dying = { ...desk.page, callbacks: { resume: () => Promise.reject(new TypeError('killed')) } };
  await expect(desk.answer(ANA, 'approve', '', { ports: dying })).rejects.toThrow('killed');
  desk.clock.advance(15);
  await enter();
  expect(desk.callbacks.resumed.map(({ output }) => output.next)).toEqual(['apply']);
});

test('a plan that too few people may approve does not wait for its expiry', async () => {
  const ports = askedBy([person(ANA, 1)]);
  await untilApproval(ports, 'inc-1', { plan: rebootPlan });
  await enter(ports);
  expect(lastOf(await trace(), 'approval.closed')?.data.reason).toBe(
    'Policy lets 1 of the known approvers approve this plan, but 2 are needed.',
  );
});

test('a topic that is gone is recorded and does not stop the wait', async () => {
  desk.notifier.failing = true;
  await untilApproval(desk.asking, 'inc-1');
  await enter();
  expect(allOf(await trace(), 'people.notified').map(({ data }) => data.sent)).toEqual([false, false]);
  expect(desk.callbacks.resumed).toEqual([]);
});
