import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { SettingsInput } from '../../../../lambdas/contracts/settings.ts';
import { policyEngine } from '../../../../lambdas/kernel/policy/engine.ts';
import { compileRules } from '../../../../lambdas/kernel/policy/rules/compile.ts';
import { allOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';
import { ANA, approvalDesk, BEN, DESK_RULES, type ApprovalDeskFixture } from '../../../fixtures/approval-desk.ts';
import { postAnswer } from '../../../fixtures/page-requests.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

const rulesWith = (approvers: SettingsInput['approvers']) =>
  compileRules(join(import.meta.dirname, '../../../../config'), { approvers }, INSTALLED);

/** The same two people with ids that are not their addresses. */
const IDS: SettingsInput['approvers'] = [
  { id: 'ana', name: 'Ana', roles: ['sre'], contacts: { email: ANA } },
  { id: 'ben', name: 'Ben', roles: ['owner'], contacts: { email: BEN } },
];
const WITH_IDS = rulesWith(IDS);

let desk: ApprovalDeskFixture;
beforeEach(() => {
  desk = approvalDesk('https://approve.example.com', WITH_IDS);
});

test('mails go to the address of an approver, and everything else knows their id', async () => {
  await desk.openQuestion('inc-1');
  expect(desk.notifier.sent.map(({ audience }) => audience)).toEqual([ANA, BEN]);
  expect((await desk.answer(ANA, 'approve')).text).toContain('Approved. The change is made now');
  expect(desk.notifier.sent.at(-1)).toMatchObject({ about: 'receipt', audience: ANA });
  const events = await desk.trace();
  expect(allOf(events, 'approval.asked')[0]?.data.approvers).toEqual(['ana', 'ben']);
  expect(allOf(events, 'approval.answered')[0]?.data).toMatchObject({ approver: 'ana', counted: true });
  expect(allOf(events, 'grant.issued')[0]?.data.grants[0]?.approvers).toEqual(['ana']);
});

test.each(['ana', 'Ana@Example.com', 'ANA <ana+work@example.com>'])(
  'who asked for the change as %s may not approve it, whatever their id',
  async (triggeredBy) => {
    await desk.openQuestion('inc-1', { triggeredBy });
    const asked = allOf(await desk.trace(), 'approval.asked')[0]?.data.approvers;
    expect(asked).not.toContain('ana');
  },
);

test('a link from before ids works as long as the id is the address', async () => {
  desk = approvalDesk('https://approve.example.com', DESK_RULES);
  await desk.openQuestion('inc-1');
  const response = await postAnswer(desk.page, { t: await desk.linkFor(ANA), answer: 'approve', reason: '' });
  expect(response.text).toContain('Approved.');
});

test('one person under an address and, after a deployment, under an id is no quorum of two', async () => {
  desk = approvalDesk('https://approve.example.com', DESK_RULES);
  await desk.openQuestion('inc-1', { plan: rebootPlan });
  await desk.answer(ANA, 'approve');
  const t = await desk.linkFor('ana');
  const response = await postAnswer({ ...desk.page, rules: WITH_IDS }, { t, answer: 'approve', reason: '' });
  expect(response.text).toContain('Your approval counts. 1 of 2 needed.');
  expect(allOf(await desk.trace(), 'grant.issued')).toEqual([]);
  expect(desk.callbacks.resumed).toEqual([]);
});

test('nor is it where the same deployment takes a policy away that asked for two: two were asked', async () => {
  const two = `@id("two-here")
@reason("Two people must approve.")
forbid (principal, action == Checkrein::Action::"release", resource)
when { context.approvals < 2 };`;
  const before = { ...DESK_RULES, policies: { ...DESK_RULES.policies, added: two } };
  desk = approvalDesk('https://approve.example.com', before);
  await desk.openQuestion('inc-1');
  expect((await desk.answer(ANA, 'approve')).text).toContain('1 of 2 needed');
  const page = { ...desk.page, rules: WITH_IDS, policy: policyEngine(WITH_IDS, INSTALLED.providers) };
  await postAnswer(page, { t: await desk.linkFor('ana'), answer: 'approve', reason: '' });
  expect(allOf(await desk.trace(), 'grant.issued')).toEqual([]);
  await postAnswer(page, { t: await desk.linkFor('ben'), answer: 'approve', reason: '' });
  expect(allOf(await desk.trace(), 'approval.closed').map(({ data }) => [data.outcome, data.by])).toEqual([
    ['granted', ['ana', 'ben']],
  ]);
});
