import { expect, test } from 'vitest';
import { passed, refused, runChecks, SharedValue } from '../../../../lambdas/kernel/changes/checks.ts';

test('checks run in order up to the first refusal, and those with nothing to record leave no record', async () => {
  const ran: string[] = [];
  const row = (check: 'schema' | 'switch' | 'target' | 'policy', result: ReturnType<typeof passed> | undefined) => ({
    check,
    run: () => {
      ran.push(check);
      return result;
    },
  });
  const { checks, refusal } = await runChecks([
    row('schema', passed('It fits.')),
    row('switch', undefined),
    row('target', refused('There is none.')),
    row('policy', passed('Permitted.')),
  ]);
  expect(ran).toEqual(['schema', 'switch', 'target']);
  expect(refusal).toEqual({ check: 'target', outcome: 'refused', reason: 'There is none.' });
  expect(checks).toEqual([{ check: 'schema', outcome: 'passed', reason: 'It fits.' }, refusal]);
});

test('a shared value is computed once, and is known only after that', async () => {
  let computed = 0;
  const shared = new SharedValue(async () => (computed += 1));
  expect(shared.known).toBeUndefined();
  expect([await shared.get(), await shared.get(), shared.known]).toEqual([1, 1, 1]);
});
