import { beforeEach, expect, test, vi } from 'vitest';
import { approvalIdOf } from '../../../../lambdas/kernel/trace/approval-id.ts';
import { allOf, lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { ANA, BEN, deskWithQuestion, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { record } from '../../../fixtures/incident.ts';
import { like } from '../../../fixtures/matchers.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

/** Ask with somebody else's code: it writes what its role lets it write, and signs links. */

let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
});

const ONE_OF_TWO = { statusCode: 200, text: like('Your approval counts. 1 of 2 needed.') };
const outcomes = async () => allOf(await desk.trace(), 'approval.closed').map(({ data }) => [data.outcome, data.by]);

/** Asks about a reboot, which two people must approve. */
const askForTwo = async (incidentId = 'inc-2') => {
  const { digest } = await desk.openQuestion(incidentId, { plan: rebootPlan });
  return { incidentId, digest, approvalId: approvalIdOf(incidentId, digest) };
};
type Asked = Awaited<ReturnType<typeof askForTwo>>;

/** An approval by Ben: the row in the family that Ask writes too, and the event on the trace. */
const approvalInOldFamily = async ({ incidentId, digest, approvalId }: Asked): Promise<void> => {
  const key = { family: 'approval', id: approvalId, part: `yes#${BEN}` } as const;
  await desk.ledger.create(key, { approver: BEN, breakGlass: false });
  await record(desk.page, incidentId, 'approve-page-other', 'approval.answered', {
    approvalId,
    digest,
    approver: BEN,
    answer: 'approve',
    reason: '',
    via: 'page',
    counted: true,
    statements: [],
  });
};

test('an approval that a version before the upgrade recorded counts for 24 hours', async () => {
  await desk.answer(ANA, 'approve', 'The first approval after the upgrade.');
  desk.clock.advance(24 * 60 - 1);
  await approvalInOldFamily(await askForTwo());
  expect((await desk.answer(ANA, 'approve')).text).toContain('Approved.');
  expect(await outcomes()).toEqual([['granted', [BEN, ANA]]]);
});

test('24 hours after the upgrade, an approval in the family that Ask may write counts no more', async () => {
  await desk.answer(ANA, 'approve', 'The first approval after the upgrade.');
  desk.clock.advance(24 * 60);
  await approvalInOldFamily(await askForTwo());
  expect(await desk.answer(ANA, 'approve')).toMatchObject(ONE_OF_TWO);
  expect(desk.callbacks.resumed.map(({ output }) => output.next)).toEqual(['apply']);
});

test('the time of the upgrade is recorded once, in the family of the page, and never expires', async () => {
  const since = { family: 'answer', id: 'since' } as const;
  const create = vi.spyOn(desk.ledger, 'create');
  await desk.answer(ANA, 'approve', 'The first approval after the upgrade.');
  expect(create).toHaveBeenCalledWith(since, { at: '2026-11-02T02:20:00.000Z' }, new Date('9999-12-31T00:00:00.000Z'));
  desk.clock.advance(30);
  await askForTwo();
  await desk.answer(ANA, 'approve');
  expect((await desk.ledger.fetch(since))?.data).toEqual({ at: '2026-11-02T02:20:00.000Z' });
});

test('the page takes no answer to a request whose row names another plan', async () => {
  const one = await askForTwo('inc-2');
  await desk.answer(ANA, 'approve');
  const ofTwo = { family: 'approval', id: one.approvalId, part: 'question' } as const;
  const row = await desk.ledger.fetch(ofTwo);
  await desk.ledger.replace(ofTwo, { ...row?.data, incidentId: 'inc-1', digest: desk.asked.digest }, row?.version ?? 0);
  await record(desk.page, 'inc-1', 'approve-forged', 'approval.asked', {
    approvalId: one.approvalId,
    digest: desk.asked.digest,
    approvers: [BEN],
    needed: 1,
    expiresAt: '2026-11-02T03:20:00.000Z',
  });
  expect(await desk.answer(BEN, 'approve')).toMatchObject({ statusCode: 410 });
  expect(lastOf(await desk.ledger.events('inc-1'), 'grant.issued')).toBeUndefined();
});

test('the agent whose rules decide about a request is the one of its plan, whatever its row says', async () => {
  const { approvalId } = await askForTwo();
  const key = { family: 'approval', id: approvalId, part: 'question' } as const;
  const row = await desk.ledger.fetch(key);
  await desk.ledger.replace(key, { ...row?.data, agent: 'triage' }, row?.version ?? 0);
  expect(await desk.answer(ANA, 'approve')).toMatchObject(ONE_OF_TWO);
});

test('an outcome that Ask made up grants nothing that Apply accepts', async () => {
  const { approvalId } = await askForTwo();
  const key = { family: 'approval', id: approvalId, part: 'settlement' } as const;
  await desk.ledger.create(key, { outcome: 'granted', by: [ANA, BEN], reason: '', grants: [] });
  expect(await desk.answer(ANA, 'approve')).toMatchObject({ statusCode: 409 });
  expect(lastOf(await desk.trace(), 'grant.issued')?.data.grants ?? []).toEqual([]);
});
