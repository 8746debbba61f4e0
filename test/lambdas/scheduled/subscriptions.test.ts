import { expect, test } from 'vitest';
import type { MailSubscription } from '../../../lambdas/contracts/ports.ts';
import type { Approver } from '../../../lambdas/contracts/approver.ts';
import { checkSubscriptions } from '../../../lambdas/scheduled/subscriptions/subscriptions.ts';

const person = (email: string): Approver => ({
  id: email,
  name: email,
  roles: ['sre'],
  tier: 1,
  contacts: { email },
});
const [ANA, BEN] = ['ana@example.com', 'ben@example.com'];
const confirmed = [ANA, BEN].map((email) => ({ email, confirmed: true }));

const check = (lists: { approvals?: MailSubscription[]; reports?: MailSubscription[] }) =>
  checkSubscriptions({
    approvers: [person(ANA), person(BEN)],
    topics: { approvals: 'approvals', reports: 'reports' },
    subscriptions: async (topic) => (topic === 'approvals' ? lists.approvals : lists.reports) ?? confirmed,
  });

test('with every subscription confirmed nothing is raised', async () => {
  expect(await check({})).toEqual({ confirmed: 2 });
});

test('an approver whose subscription is gone, suspended or not confirmed raises the alarm, by name', async () => {
  await expect(check({ approvals: [{ email: ANA, confirmed: true }] })).rejects.toMatchObject({
    name: 'ApproversUnreachable',
    message: 'ben@example.com gets no approvals: the subscription is gone.',
  });
  await expect(check({ reports: [{ email: ANA, confirmed: false }, ...confirmed.slice(1)] })).rejects.toThrow(
    'ana@example.com gets no reports: the subscription is not confirmed, or SNS suspended it.',
  );
});

test('a mailbox with a confirmed and an old unconfirmed subscription is reached', async () => {
  expect(await check({ approvals: [{ email: ANA, confirmed: false }, ...confirmed] })).toEqual({ confirmed: 2 });
});
