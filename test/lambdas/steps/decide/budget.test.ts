import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../../lambdas/contracts/agent.ts';
import { dayKeys } from '../../../../lambdas/kernel/limits/day-budget.ts';
import { decide } from '../../../../lambdas/steps/decide/step.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { call, words } from '../../../fakes/preset-model.ts';
import { TestHarness, rules, rulesWith } from '../../../fixtures/harness.ts';
import { like } from '../../../fixtures/matchers.ts';

const BUDGET: Agent['budget'] = { turns: 16, tokens: 300_000, dollars: 2, minutes: 180 };
const LOOK = call('describe_alarm', { alarm: 'cpu-high' });

const harnessWith = (budget: Partial<Agent['budget']>, more: Partial<Agent> = {}): Promise<TestHarness> =>
  new TestHarness({ rules: rulesWith({ budget: { ...BUDGET, ...budget }, ...more }) }).begin();

/** What is reserved or spent on the day of the agent and of the account, in micro-dollars. */
const day = async ({ ledger, clock }: TestHarness): Promise<{ agent: unknown; account: unknown }> => {
  const keys = dayKeys('ec2-responder', clock.now());
  const [agent, account] = await Promise.all([ledger.fetch(keys.agent), ledger.fetch(keys.account)]);
  return { agent: agent?.data['microUsd'] ?? 0, account: account?.data['microUsd'] ?? 0 };
};

/** Expects the next turn to be refused before the model is asked, and the incident to go to a human. */
const expectSpent = async (harness: TestHarness, which: string): Promise<void> => {
  const asked = harness.model.requests.length;
  expect(await harness.decide([LOOK])).toBe('close');
  expect(harness.model.requests).toHaveLength(asked);
  expect((await harness.last('budget.checked')).data).toMatchObject({ allowed: false, which });
  await harness.close();
  expect((await harness.last('incident.closed')).data.outcome).toBe('escalated');
  expect(harness.notifier.sent.at(-1)).toMatchObject({ about: 'escalated' });
};

describe('a spent budget ends the incident with a human, before the model is asked again', () => {
  test('turns', async () => {
    const harness = await harnessWith({ turns: 1 });
    await harness.decide([words('Hm.')]);
    await expectSpent(harness, 'turns');
  });

  test('minutes', async () => {
    const harness = await harnessWith({ minutes: 30 });
    harness.clock.advance(30);
    await expectSpent(harness, 'minutes');
  });

  test.each<[string, Partial<Agent['budget']>, Partial<Agent>]>([
    ['tokens', { tokens: 5000 }, {}],
    ['dollars', { dollars: 0.01 }, {}],
    ['agent dollars a day', {}, { budgetPerDay: { dollars: 0.01, incidents: 9 } }],
  ])('%s', async (which, budget, more) => {
    await expectSpent(await harnessWith(budget, more), which);
  });

  test("the account's dollars of the day, and the agent's day gets its share back", async () => {
    const settings = { ...rules.settings, accountBudgetPerDay: { dollars: 0.01, incidents: 9 } };
    const harness = await new TestHarness({ rules: { ...rules, settings } }).begin();
    await expectSpent(harness, 'account dollars a day');
    expect(await day(harness)).toEqual({ agent: 0, account: 0 });
  });

  test('a model without a price is not called at all', async () => {
    const harness = await harnessWith({}, { model: 'claude-unheard-of' });
    await expectSpent(harness, 'dollars');
    expect((await harness.last('budget.checked')).data).toMatchObject({
      reason: like(/There is no price for the model \"claude-unheard-of\"/),
    });
  });
});

describe('money of the day', () => {
  test('is reserved before the call and reconciled after it', async () => {
    const harness = await new TestHarness().begin();
    const seen: unknown[] = [];
    const { model } = harness.ports;
    const recording = {
      decide: async (request: Parameters<typeof model.decide>[0]) => {
        seen.push(await day(harness));
        return model.decide(request);
      },
    };
    harness.model.answerWith([LOOK]);
    await runStep(decide, harness.at, { ...harness.ports, model: recording });
    const reserved = (await harness.last('budget.checked')).data;
    const microUsd = reserved.allowed ? reserved.microUsd : 0;
    expect(seen).toEqual([{ agent: microUsd, account: microUsd }]);
    const { costMicroUsd } = (await harness.last('model.called')).data;
    expect(costMicroUsd).toBe(1000 * 3 + 100 * 15);
    expect(await day(harness)).toEqual({ agent: costMicroUsd, account: costMicroUsd });
  });

  test('incidents at once cannot spend more than there is', async () => {
    const ledger = new MemoryLedger();
    const limited = rulesWith({ budgetPerDay: { dollars: 0.25, incidents: 50 } });
    const harnesses = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const harness = new TestHarness({ ledger, rules: limited, execution: `incident-${n}` });
        await harness.open(harness.otherAlarm(`alarm-${n}`));
        await harness.observe();
        return harness;
      }),
    );
    await Promise.all(harnesses.map((harness) => harness.decide([LOOK])));
    const allowed = await Promise.all(
      harnesses.map(async (harness) => (await harness.last('budget.checked')).data.allowed),
    );
    expect(allowed.filter(Boolean).length).toBeGreaterThan(0);
    expect(allowed.filter((one) => !one).length).toBeGreaterThan(0);
    for (const harness of harnesses) {
      const { data } = await harness.last('budget.checked');
      if (data.allowed) expect(data.agentDayMicroUsd).toBeLessThanOrEqual(250_000);
    }
  });

  test('reserved is never too little after a crash, wherever it was', async () => {
    for (let writes = 0; writes < 7; writes += 1) {
      const harness = await new TestHarness().begin();
      harness.model.answerWith([LOOK]);
      await runStep(decide, harness.at, { ...harness.ports, ledger: new CrashingLedger(harness.ledger, writes) }).catch(
        () => undefined,
      );
      await runStep(decide, harness.at, harness.ports);
      const cost = (await harness.last('model.called')).data.costMicroUsd;
      const { agent, account } = await day(harness);
      expect(agent, `killed before write ${writes}`).toBeGreaterThanOrEqual(cost);
      expect(account, `killed before write ${writes}`).toBeGreaterThanOrEqual(cost);
    }
  });
});
