import { expect, test } from 'vitest';
import { systemClock, systemIds } from '../../../lambdas/adapters/system.ts';

test('ids have their prefix, 128 bits, and only characters that URLs and AWS names allow', () => {
  const ids = Array.from({ length: 100 }, () => systemIds.fresh('grant'));
  for (const id of ids) expect(id).toMatch(/^grant-[0-9a-f]{32}$/);
  expect(new Set(ids).size).toBe(100);
});

test('the clock advances by the time it slept', async () => {
  const before = systemClock.now().getTime();
  await systemClock.sleep(20);
  expect(systemClock.now().getTime() - before).toBeGreaterThanOrEqual(19);
});
