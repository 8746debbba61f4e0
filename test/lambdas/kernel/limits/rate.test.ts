import { expect, test } from 'vitest';
import { checkRate, takeRate } from '../../../../lambdas/kernel/limits/rate.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';

const LIMITS = { perTool: 4, perTarget: 2 };
const arn = (id: string): string => `arn:aws:ec2:eu-west-1:111122223333:instance/${id}`;

const fixture = () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-20T09:00:00.000Z');
  const change = (target: string) => ({ tool: 'resize_instance', targetArn: arn(target) });
  return {
    clock,
    ledger,
    take: (grant: string, target = 'i-1') => takeRate(ledger, change(target), grant, LIMITS, clock.now()),
    check: (target = 'i-1') => checkRate(ledger, change(target), LIMITS, clock.now()),
  };
};

test('a target is changed so often within any hour, and no more', async () => {
  const { take, check, clock } = fixture();
  expect(await take('g-1')).toBeUndefined();
  clock.advance(30);
  expect(await take('g-2')).toBeUndefined();
  expect(await take('g-3')).toMatch(/begun 2 changes of this target since 2026-11-20T09:00:00.000Z; at most 2/);
  expect(await check()).toMatch(/at most 2 may begin within 60 minutes/);
  clock.advance(30);
  expect(await check()).toBeUndefined();
  expect(await take('g-3')).toBeUndefined();
  // The hour slides: the change of 09:30 still counts.
  expect(await take('g-4')).toMatch(/since 2026-11-20T09:30:00.000Z/);
});

test('a tool is used so often within any hour, on whatever targets', async () => {
  const { take, check } = fixture();
  for (const n of [1, 2, 3, 4]) expect(await take(`g-${n}`, `i-${n}`)).toBeUndefined();
  expect(await check('i-5')).toMatch(/4 changes of tool resize_instance .* at most 4/);
  expect(await take('g-5', 'i-5')).toMatch(/4 changes of tool resize_instance/);
});

test('a large limit of a tool is counted in several rows, and no more get through than it says', async () => {
  const ledger = new MemoryLedger();
  const clock = new ManualClock('2026-11-20T09:00:00.000Z');
  const most = { perTool: 50, perTarget: 3 };
  const faults = await Promise.all(
    Array.from({ length: 400 }, (_, n) =>
      takeRate(ledger, { tool: 'resize_instance', targetArn: arn(`i-${n}`) }, `g-${n}`, most, clock.now()),
    ),
  );
  const through = faults.filter((fault) => fault === undefined).length;
  expect(through).toBeLessThanOrEqual(50);
  expect(through).toBeGreaterThan(40);
});

test('a second attempt of the same change counts once', async () => {
  const { take } = fixture();
  for (let attempt = 0; attempt < 5; attempt += 1) expect(await take('g-1')).toBeUndefined();
  expect(await take('g-2')).toBeUndefined();
  expect(await take('g-1')).toBeUndefined();
});

test('of many changes that begin at once no more get through than fit', async () => {
  const { take } = fixture();
  const faults = await Promise.all(Array.from({ length: 10 }, (_, n) => take(`g-${n}`)));
  expect(faults.filter((fault) => fault === undefined)).toHaveLength(2);
});

test('checking counts nothing', async () => {
  const { check, ledger } = fixture();
  for (let n = 0; n < 5; n += 1) expect(await check()).toBeUndefined();
  expect(ledger.writes).toBe(0);
});

test('a count that cannot be read counts as too many', async () => {
  const { take, check, ledger } = fixture();
  await ledger.create({ family: 'rate', id: arn('i-1') }, { begun: 'often' });
  expect(await check()).toMatch(/cannot be read, which counts as too often/);
  expect(await take('g-1')).toMatch(/cannot be read/);
});
