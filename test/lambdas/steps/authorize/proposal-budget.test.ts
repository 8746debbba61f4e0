import { describe, expect, test } from 'vitest';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import { Crash, CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { RESIZE, resizeTo, rules, rulesWith, TestHarness } from '../../../fixtures/harness.ts';
import { shippedRules } from '../../../lib/shipped.ts';

const { budget } = agentOf(rules, 'ec2-responder');
const withProposals = (proposals: number | undefined): Promise<TestHarness> =>
  new TestHarness({ rules: rulesWith({ budget: { ...budget, proposals } }) }).begin();

const refusals = async (harness: TestHarness): Promise<(string | undefined)[]> =>
  (await harness.events()).flatMap((event) =>
    event.kind === 'proposal.judged' ? [event.data.checks.find(({ outcome }) => outcome === 'refused')?.check] : [],
  );

describe('proposals of an incident are bounded by the file of the agent', () => {
  test('one proposal more than the file of the agent gives is refused', async () => {
    const harness = await withProposals(2);
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.propose(RESIZE.tool, resizeTo('c6i.large').input);
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await refusals(harness)).toEqual([undefined, undefined, 'budget']);
    expect(await harness.lastReply()).toBe(
      'Refused (budget): 2 of 2 proposals of this incident have been made (budget.proposals of ec2-responder); those that were refused or denied count too. Propose nothing more. A plan that you have can still be confirmed; then conclude, and say in the follow-ups what is left to do.',
    );
  });

  test('a plan that was made before can still be confirmed', async () => {
    const harness = await withProposals(1);
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm()).toBe('approve');
  });

  test('a proposal that was refused otherwise counts, and the bound does not count itself', async () => {
    const harness = await withProposals(2);
    await harness.propose(RESIZE.tool, { ...RESIZE.input, instanceId: 'i-0000000000000dead' });
    for (let n = 0; n < 3; n += 1) await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await refusals(harness)).toEqual(['target', undefined, 'budget', 'budget']);
    expect(await harness.lastReply()).toMatch(/^Refused \(budget\): 2 of 2 proposals/);
  });

  test('a call that never was a proposal, because it is not granted, does not count', async () => {
    const harness = await withProposals(1);
    await harness.decide([call(RESIZE.tool, RESIZE.input)]);
    const agents = rules.agents.map((agent) => ({ ...agent, tools: { ...agent.tools, change: [] } }));
    expect(await harness.authorize({ rules: { ...rules, agents } })).toBe('decide');
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await refusals(harness)).toEqual(['allowlist', undefined]);
  });

  test('a step that dies and is tried again counts its proposal once', async () => {
    const harness = await withProposals(2);
    await harness.decide([call(RESIZE.tool, RESIZE.input)]);
    await expect(harness.authorize({ ledger: new CrashingLedger(harness.ledger, 'proposal.judged') })).rejects.toThrow(
      Crash,
    );
    const { at } = harness;
    expect(await harness.authorize()).toBe('dry-run');
    harness.at = at;
    expect(await harness.authorize()).toBe('dry-run');
    await harness.dryRun();
    await harness.propose(RESIZE.tool, resizeTo('c6i.large').input);
    expect(await refusals(harness)).toEqual([undefined, undefined]);
    expect((await harness.last('proposal.judged')).data.checks).toContainEqual({
      check: 'budget',
      outcome: 'passed',
      reason: 'Proposal 2 of at most 2 in this incident.',
    });
  });

  test('without the field there is no bound, and nothing more on the trace', async () => {
    const harness = await withProposals(undefined);
    for (let n = 0; n < 4; n += 1) await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await refusals(harness)).toEqual([undefined, undefined, undefined, undefined]);
    const { checks } = (await harness.last('proposal.judged')).data;
    expect(checks.map(({ check }) => check)).not.toContain('budget');
  });

  test('the model is told its bound', async () => {
    const harness = await withProposals(2);
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(harness.model.requests[0]?.system).toContain('turns, and 2 proposals, refused ones among them.');
  });

  test('the weekly optimizer may make three proposals a run', () => {
    expect(agentOf(shippedRules(), 'eks-optimizer').budget.proposals).toBe(3);
  });
});
