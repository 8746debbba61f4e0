import { expect, test } from 'vitest';
import { triggerOwnerOf } from '../../../../lambdas/steps/open/trigger-owner.ts';

const event = (detail: Record<string, never> | { requestedBy: string } | { userIdentity: { arn: string } }) => ({
  id: 'event-1',
  source: 'example',
  'detail-type': 'Example',
  account: '111122223333',
  region: 'eu-west-1',
  time: '2026-11-20T09:00:00Z',
  resources: [],
  detail,
});

test('an event that somebody sent by hand names them', () => {
  expect(triggerOwnerOf(event({ requestedBy: 'ana@example.com' }))).toBe('ana@example.com');
});

test('a call in CloudTrail belongs to the person behind the role', () => {
  const session = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123/ana@example.com';
  expect(triggerOwnerOf(event({ userIdentity: { arn: session } }))).toBe('ana@example.com');
  expect(triggerOwnerOf(event({ userIdentity: { arn: 'arn:aws:iam::111122223333:user/ana' } }))).toBe('ana');
});

test('an alarm was made to happen by nobody', () => {
  expect(triggerOwnerOf(event({}))).toBeUndefined();
});
