import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FACT_NAMES, FACTS, type Facts } from '../../../../lambdas/contracts/facts.ts';
import type { Target } from '../../../../lambdas/contracts/plan.ts';
import { compileRules } from '../../../../lambdas/kernel/policy/rules/compile.ts';
import { policyEngine, type PlanQuestion } from '../../../../lambdas/kernel/policy/engine.ts';
import { settings } from './rules/config-copy.ts';
import { askedOf, costing, harmless, reboot, resizeQuestion } from './questions.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';

const rules = compileRules('config', settings, INSTALLED);
const engine = policyEngine(rules, INSTALLED.providers);
const determining = (decision: { statements: readonly { id: string }[] }): string[] =>
  decision.statements.map((one) => one.id);
const proposed = (question: PlanQuestion, phase: 'proposal' | 'plan' = 'plan') =>
  engine.mayPropose({ ...question, phase });

// What each shipped policy refuses and permits is a table: policies/cases/, run by test/bin/policy.test.ts.

test('the cost of a change is evaluated once its dry run has priced it, not before', () => {
  const dear = { ...resizeQuestion({ growPercent: 300 }), report: costing(99_999_999) };
  expect(proposed(dear, 'proposal').verdict).toBe('permitted');
  expect(proposed(dear, 'plan').verdict).toBe('refused');
});

test('a reboot, which computes fewer facts, is evaluated by the policies about reboots', () => {
  expect(proposed(reboot()).verdict).toBe('permitted');
  expect(determining(proposed(reboot({ tags: { 'checkrein:protect': 'true' } })))).toEqual(['protected-tag']);
});

test('only a cut beyond the bound trips the breaker', () => {
  expect(proposed(resizeQuestion({ cutPercent: 80, peakUsePercentAfter: 90 }))).toMatchObject({
    statements: [{ id: 'cut-bound' }, { id: 'peak-headroom' }],
    tripsBreaker: {
      policy: 'cut-bound',
      reason: 'A cut of 80 % on i-0123456789abcdef0 is more than the 30 % allowed at once.',
    },
  });
  const belowFloor = proposed(resizeQuestion({ memoryMiBAfter: 1, memoryCutPercent: 10 }));
  expect(belowFloor).toMatchObject({ statements: [{ id: 'memory-floor' }], tripsBreaker: null });
});

test('a read-only agent may propose nothing', () => {
  const agent = { name: 'triage', tools: { observe: ['get_metrics'], change: [] } };
  expect(proposed({ ...resizeQuestion(), agent })).toEqual({
    verdict: 'refused',
    reason: 'No policy permits triage to propose resize_instance on i-0123456789abcdef0.',
    statements: [],
    tripsBreaker: null,
  });
});

test('a price that nobody found is unknown, not zero', () => {
  const grown = resizeQuestion({ growPercent: 300 });
  expect(proposed({ ...grown, report: costing(0) }).verdict).toBe('permitted');
  expect(proposed({ ...grown, report: costing(null) }).verdict).toBe('refused');
});

test('a target in another account or Region is refused, whatever the change', () => {
  for (const elsewhere of [{ sameAccount: false }, { sameRegion: false }])
    expect(proposed(resizeQuestion(elsewhere)).verdict, JSON.stringify(elsewhere)).toBe('refused');
});

test('a fresh deployment applies nothing without a human', () => {
  const decision = engine.mayApplyUnattended(resizeQuestion({}, { environment: 'test' }));
  expect(decision).toMatchObject({ verdict: 'refused', statements: [] });
  expect(decision.reason).toBe('No policy permits resize_instance on i-0123456789abcdef0 without a human.');
});

test('a permit to apply without a human does not reach production', () => {
  const mine =
    '@id("mine") @reason("Yes.") permit (principal, action == Checkrein::Action::"applyUnattended", resource) when { context.facts.reversible };';
  const looser = policyEngine({ ...rules, policies: { ...rules.policies, mine } }, INSTALLED.providers);
  expect(looser.mayApplyUnattended(resizeQuestion({}, { environment: 'test' })).verdict).toBe('permitted');
  expect(looser.mayApplyUnattended(resizeQuestion())).toMatchObject({
    verdict: 'refused',
    statements: [{ id: 'production-needs-a-person' }],
  });
});

test.each([
  ['sre', 'permitted', ['sre-approves']],
  ['owner', 'permitted', ['owner-approves']],
  ['developer', 'refused', []],
])('a person of role %s: %s', (role, verdict, ids) => {
  const decision = engine.mayApprove(askedOf(role));
  expect(decision.verdict).toBe(verdict);
  expect(determining(decision)).toEqual(ids);
});

test('one of several roles is enough, and a person without one is refused by name', () => {
  expect(engine.mayApprove(askedOf('developer', 'sre')).verdict).toBe('permitted');
  expect(engine.mayApprove(askedOf()).reason).toBe(
    'No policy permits ana@example.com to approve resize_instance on i-0123456789abcdef0.',
  );
});

test('the person who triggered the event may not approve, whatever their role', () => {
  const decision = engine.mayApprove({ ...askedOf('sre', 'owner'), triggerOwner: true });
  expect(decision.verdict).toBe('refused');
  expect(decision.reason).toBe(
    'ana@example.com made the event happen that this plan comes from: somebody else must approve.',
  );
  expect(decision.statements).toMatchObject([{ id: 'not-by-the-trigger-owner', severity: 'high' }]);
});

test.each([
  ['reversible in production', resizeQuestion(), 1, ['one-approval-suffices']],
  [
    'irreversible elsewhere',
    resizeQuestion({ reversible: false }, { environment: 'test' }),
    1,
    ['one-approval-suffices'],
  ],
  [
    'irreversible in production',
    resizeQuestion({ reversible: false }),
    2,
    ['two-for-irreversible-production', 'one-approval-suffices'],
  ],
])('approvals for a change that is %s', (_, plan, needed, ids) => {
  const quorum = engine.approvalsNeeded(plan);
  expect(quorum).toMatchObject({ verdict: 'permitted', needed });
  expect(determining(quorum)).toEqual(ids);
});

describe('for any facts', () => {
  const anyFacts = fc
    .record(
      Object.fromEntries(
        FACT_NAMES.map((name) => [name, FACTS[name].type === 'Bool' ? fc.boolean() : fc.maxSafeInteger()]),
      ),
    )
    .map((facts): Facts => Object.fromEntries(Object.entries(facts).filter(([name]) => name in harmless)));
  const anyPlan = fc.record({
    facts: anyFacts,
    environment: fc.string(),
    tags: fc.dictionary(fc.string(), fc.string()),
    cents: fc.option(fc.integer()),
  });

  test('a cut of more than 30 % is never permitted, and always trips the breaker', () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 31 }), ({ facts, environment, tags, cents }, cutPercent) => {
        const plan = { ...resizeQuestion({ ...facts, cutPercent }, { environment, tags }), report: costing(cents) };
        for (const phase of ['proposal', 'plan'] as const) {
          expect(proposed(plan, phase)).toMatchObject({ verdict: 'refused', tripsBreaker: { policy: 'cut-bound' } });
        }
      }),
    );
  });

  test('nothing is permitted that a bound forbids', () => {
    fc.assert(
      fc.property(anyPlan, ({ facts, environment, tags, cents }) => {
        const decision = proposed({ ...resizeQuestion(facts, { environment, tags }), report: costing(cents) });
        if (decision.verdict === 'refused') return;
        expect(facts.cutPercent).toBeLessThanOrEqual(30);
        if (facts.memoryCutPercent !== 0) expect(facts.memoryMiBAfter).toBeGreaterThanOrEqual(256);
        if (facts.cpuCutPercent !== 0) expect(facts.cpuMillicoresAfter).toBeGreaterThanOrEqual(250);
        expect(facts.evidenceCount).toBeGreaterThanOrEqual(1);
        expect([facts.sameAccount, facts.sameRegion]).toEqual([true, true]);
      }),
    );
  });

  const kind = fc.oneof(fc.constantFrom('ec2-instance', 'kubernetes-workload'), fc.string());
  const size = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.maxSafeInteger());
  const cut = fc.integer({ min: 0, max: 100 });
  const unit = fc.record({
    memoryMiBAfter: size,
    memoryCutPercent: cut,
    cpuMillicoresAfter: size,
    cpuCutPercent: cut,
  });
  const floorsOf = (facts: Facts, target: Partial<Target>): string[] =>
    determining(proposed(resizeQuestion(facts, target))).filter((id) => id.endsWith('-floor'));

  test('a floor of one dimension refuses what shrinks in that dimension below it, and nothing else', () => {
    fc.assert(
      fc.property(unit, kind, (facts, of) => {
        const cpuFloor = of === 'kubernetes-workload' ? 25 : 250;
        expect(floorsOf(facts, { kind: of })).toEqual([
          ...(facts.cpuCutPercent > 0 && facts.cpuMillicoresAfter < cpuFloor ? ['cpu-floor'] : []),
          ...(facts.memoryCutPercent > 0 && facts.memoryMiBAfter < 256 ? ['memory-floor'] : []),
        ]);
      }),
    );
  });

  test('what only grows or stays meets no floor, of whatever kind and however small it is', () => {
    fc.assert(
      fc.property(unit, kind, (facts, of) => {
        expect(floorsOf({ ...facts, cpuCutPercent: 0, memoryCutPercent: 0 }, { kind: of })).toEqual([]);
      }),
    );
  });

  test('nothing is applied without a human', () => {
    fc.assert(
      fc.property(anyPlan, ({ facts, environment, tags, cents }) => {
        const decision = engine.mayApplyUnattended({
          ...resizeQuestion(facts, { environment, tags }),
          report: costing(cents),
        });
        expect(decision.verdict).toBe('refused');
      }),
    );
  });
});
