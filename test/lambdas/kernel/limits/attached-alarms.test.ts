import { expect, test } from 'vitest';
import { attachAlarm, attachedAlarm, attachedAlarms } from '../../../../lambdas/kernel/limits/attached-alarms.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';

const disk = {
  arn: 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:disk-full',
  name: 'disk-full',
  account: '111122223333',
  region: 'eu-central-1',
  why: 'resource' as const,
  event: { id: 'e-1', detail: { alarmName: 'disk-full' } },
};

test('an alarm that joins twice has one row, with its first event', async () => {
  const ledger = new MemoryLedger();
  await attachAlarm(ledger, 'inc-1', disk);
  await attachAlarm(ledger, 'inc-1', { ...disk, event: { id: 'e-2' } });
  const [row, ...more] = await attachedAlarms(ledger, 'inc-1');
  expect(more).toEqual([]);
  expect(row).toMatchObject(disk);
  expect(await attachedAlarm(ledger, 'inc-1', row?.part ?? '')).toEqual(row);
});

test('the alarms of one incident are not those of another', async () => {
  const ledger = new MemoryLedger();
  await attachAlarm(ledger, 'inc-1', disk);
  expect(await attachedAlarms(ledger, 'inc-2')).toEqual([]);
  expect(await attachedAlarm(ledger, 'inc-2', 'none')).toBeUndefined();
});

test('an event that is too long for a row is not kept, but its alarm is', async () => {
  const ledger = new MemoryLedger();
  await attachAlarm(ledger, 'inc-1', { ...disk, event: { text: 'x'.repeat(120_000) } });
  expect(await attachedAlarms(ledger, 'inc-1')).toMatchObject([{ arn: disk.arn, event: undefined }]);
});
