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

test('work that is done in time gives its value, and late work gives nothing and keeps nobody waiting', async () => {
  expect(await systemClock.within(1000, Promise.resolve('done'))).toEqual({ value: 'done' });
  const started = systemClock.now().getTime();
  expect(await systemClock.within(20, new Promise(() => undefined))).toBeUndefined();
  expect(systemClock.now().getTime() - started).toBeLessThan(900);
});

test('work that fails in time fails', async () => {
  await expect(systemClock.within(1000, Promise.reject(new TypeError('no')))).rejects.toThrow('no');
});
