import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { ssmCalendar } from '../../../../lambdas/adapters/aws/calendar.ts';
import { FakeAws, json, jsonError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';

const ask = async (names: readonly string[], ...answers: FakeAwsAnswer[]) => {
  const aws = new FakeAws(...answers);
  const complaints: unknown[] = [];
  const client = new SSMClient({ ...aws.connection, maxAttempts: 1 });
  const calendar = ssmCalendar(names, { client, onUnreadable: (reason) => complaints.push(reason) });
  return { aws, complaints, calendar, freeze: await calendar.freeze() };
};

test('an open calendar is no freeze', async () => {
  const { aws, complaints, freeze } = await ask(['sale', 'holidays'], json({ State: 'OPEN' }));
  expect(freeze).toBeUndefined();
  expect(complaints).toEqual([]);
  expect(JSON.parse(aws.request.body)).toEqual({ CalendarNames: ['sale', 'holidays'] });
});

test('a closed calendar is a freeze, and the message says until when', async () => {
  const closed = json({ State: 'CLOSED', NextTransitionTime: '2026-12-01T00:00:00Z' });
  expect((await ask(['sale'], closed)).freeze).toBe('The change calendar sale is closed until 2026-12-01T00:00:00Z.');
  expect((await ask(['sale', 'holidays'], json({ State: 'CLOSED' }))).freeze).toBe(
    'One of the change calendars sale, holidays is closed.',
  );
});

test.each<[string, FakeAwsAnswer]>([
  ['is missing', jsonError('InvalidDocument', '')],
  ['may not be read', jsonError('AccessDeniedException', '')],
  ['does not answer', { network: Object.assign(new Error('timed out'), { name: 'TimeoutError' }) }],
])('a calendar that %s is a freeze, and the reason is reported', async (_, answer) => {
  const { freeze, complaints } = await ask(['sale'], answer);
  expect(freeze).toMatch(/^The change calendar sale is unreadable \(\w+\), which counts as closed\.$/);
  expect(complaints).toHaveLength(1);
});

test('an unknown state is a freeze', async () => {
  expect((await ask(['sale'], json({ State: 'AJAR' }))).freeze).toBe('The change calendar sale is closed.');
  expect((await ask(['sale'], json({}))).freeze).toBe('The change calendar sale is closed.');
});

test('without a calendar there is no freeze and no call', async () => {
  const { aws, freeze } = await ask([]);
  expect(freeze).toBeUndefined();
  expect(aws.requests).toEqual([]);
});

test('the calendar is read fresh every time', async () => {
  const { freeze, calendar } = await ask(['sale'], json({ State: 'OPEN' }), json({ State: 'CLOSED' }));
  expect([freeze, await calendar.freeze()]).toEqual([undefined, 'The change calendar sale is closed.']);
});
