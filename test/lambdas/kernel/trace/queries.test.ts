import { describe, expect, test } from 'vitest';
import {
  findPlan,
  openingOf,
  currentPlan,
  plansOf,
  unansweredCalls,
  usageOf,
} from '../../../../lambdas/kernel/trace/queries.ts';
import { call, words } from '../../../fakes/preset-model.ts';
import { RESIZE, resizeTo, TestHarness } from '../../../fixtures/harness.ts';

describe('calls without an answer', () => {
  test('are those of the newest turn, in the order in which they were made', async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([words('So.'), call('describe_alarm', { alarm: 'a' }, 'one'), call('nothing', {}, 'two')]);
    expect(unansweredCalls(await harness.events()).map(({ id }) => id)).toEqual(['one']);
    await harness.observe();
    expect(unansweredCalls(await harness.events())).toEqual([]);
    await harness.decide([call('escalate', { reason: 'x' }, 'three')]);
    expect(unansweredCalls(await harness.events()).map(({ id }) => id)).toEqual(['three']);
  });

  test('are none before the first turn', async () => {
    expect(unansweredCalls(await (await new TestHarness().begin()).events())).toEqual([]);
  });

  test('are told apart from calls of an earlier turn that had the same id', async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call('nothing', {}, 'same')]);
    await harness.decide([call('escalate', { reason: 'x' }, 'same')]);
    expect(unansweredCalls(await harness.events()).map(({ name }) => name)).toEqual(['escalate']);
  });
});

describe('plans', () => {
  test('are found by handle and by digest; the current one is the one that policy permitted', async () => {
    const harness = await new TestHarness().begin();
    await harness.propose(RESIZE.tool, resizeTo('t3.medium').input);
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm('P2');
    const events = await harness.events();
    const [first, second] = plansOf(events);
    expect([first?.handle, second?.handle]).toEqual(['P1', 'P2']);
    expect(findPlan(events, second?.digest ?? '')).toEqual(second);
    expect(currentPlan(events)).toEqual(second);
    expect(findPlan(events, 'P3')).toBeUndefined();
  });

  test('that policy never decided on are not current', async () => {
    const harness = await new TestHarness().begin();
    await harness.propose(RESIZE.tool, RESIZE.input);
    const events = await harness.events();
    expect(() => currentPlan(events)).toThrow('The flow went on without a plan that policy has decided on.');
  });
});

test('what an incident has used is the sum of its turns', async () => {
  const harness = await new TestHarness().begin();
  await harness.decide([words('one')]);
  await harness.decide([words('two')]);
  expect(usageOf(await harness.events())).toEqual({ turns: 2, tokens: 2200, microUsd: 9000 });
});

test('a trace without an opening is a broken contract', () => {
  expect(() => openingOf([])).toThrow('The trace has no opening event.');
});
