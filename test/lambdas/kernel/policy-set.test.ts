import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FACT_NAMES, FACTS, type Facts } from '../../../lambdas/contracts/facts.ts';
import { compileRules } from '../../../lambdas/kernel/rules/compile.ts';
import { policyEngine, type PlanQuestion } from '../../../lambdas/kernel/policy.ts';
import { settings } from './rules/config-copy.ts';
import { askedOf, costing, harmless, reboot, resize } from './policy-questions.ts';

const rules = compileRules('config', settings);
const engine = policyEngine(rules);
const spoke = (ruling: { statements: readonly { id: string }[] }): string[] => ruling.statements.map((one) => one.id);
const proposed = (question: PlanQuestion, phase: 'proposal' | 'plan' = 'plan') =>
  engine.mayPropose({ ...question, phase });

const CHANGE_POLICIES: [id: string, speaks: PlanQuestion, silent: PlanQuestion][] = [
  ['memory-floor', resize({ memoryMiBAfter: 255 }), resize({ memoryMiBAfter: 256 })],
  ['cut-bound', resize({ cutPercent: 31 }), resize({ cutPercent: 30 })],
  [
    'peak-headroom',
    resize({ cutPercent: 10, peakUsePercentAfter: 71 }),
    resize({ cutPercent: 10, peakUsePercentAfter: 70 }),
  ],
  [
    'peak-headroom',
    resize({ cutPercent: 1, peakUsePercentAfter: 100 }),
    resize({ cutPercent: 0, peakUsePercentAfter: 100 }),
  ],
  [
    'half-the-fleet',
    resize({ fleetSize: 3, fleetAffectedPercent: 67, inServiceAfter: 1 }),
    resize({ fleetSize: 2, fleetAffectedPercent: 50, inServiceAfter: 1 }),
  ],
  [
    'half-the-fleet',
    resize({ fleetSize: 2, fleetAffectedPercent: 51, inServiceAfter: 1 }),
    resize({ fleetSize: 1, fleetAffectedPercent: 100 }),
  ],
  [
    'last-in-service',
    resize({ fleetSize: 2, fleetAffectedPercent: 50, inServiceAfter: 0 }),
    resize({ fleetSize: 2, fleetAffectedPercent: 50, inServiceAfter: 1 }),
  ],
  ['evidence-first', resize({ evidenceCount: 0 }), resize({ evidenceCount: 1 })],
  ['change-cooldown', resize({ minutesSinceLastChange: 9 }), resize({ minutesSinceLastChange: 10 })],
  [
    'cut-cooldown',
    resize({ cutPercent: 5, minutesSinceLastCut: 59 }),
    resize({ cutPercent: 5, minutesSinceLastCut: 60 }),
  ],
  [
    'cut-cooldown',
    resize({ cutPercent: 5, minutesSinceLastCut: 0 }),
    resize({ cutPercent: 0, minutesSinceLastCut: 0 }),
  ],
  ['three-changes-an-incident', resize({ changesThisIncident: 3 }), resize({ changesThisIncident: 2 })],
  [
    'protected-tag',
    resize({}, { tags: { 'checkrein:protect': 'true' } }),
    resize({}, { tags: { 'checkrein:protect': 'false' } }),
  ],
  ['protected-tag', resize({}, { tags: { 'checkrein:protect': 'Yes' } }), resize({}, { tags: { Name: 'true' } })],
  ['same-account', resize({ sameAccount: false }), resize()],
  ['same-region', resize({ sameRegion: false }), resize()],
  ['cost-ceiling', { ...resize(), report: costing(50_001) }, { ...resize(), report: costing(50_000) }],
  [
    'unpriced-growth',
    { ...resize({ growPercent: 101 }), report: costing(null) },
    { ...resize({ growPercent: 100 }), report: costing(null) },
  ],
  [
    'unpriced-growth',
    { ...resize({ growPercent: 300 }), report: costing(null) },
    { ...resize({ growPercent: 300 }), report: costing(100) },
  ],
];

describe('a policy refuses what it is about, and only that', () => {
  test.each(CHANGE_POLICIES)('%s', (id, speaks, silent) => {
    const refusal = proposed(speaks);
    expect(refusal.verdict).toBe('refused');
    expect(spoke(refusal)).toEqual([id]);
    expect(refusal.reason).not.toMatch(/[{}]|unknown/);
    expect(proposed(silent)).toMatchObject({
      verdict: 'permitted',
      statements: [{ id: 'agents-propose', effect: 'permit' }],
    });
  });
});

test('the cost of a change is judged once its dry run has priced it, not before', () => {
  const dear = { ...resize({ growPercent: 300 }), report: costing(99_999_999) };
  expect(proposed(dear, 'proposal').verdict).toBe('permitted');
  expect(proposed(dear, 'plan').verdict).toBe('refused');
});

test('a reboot, which computes fewer facts, is judged by the policies that are about it', () => {
  expect(proposed(reboot()).verdict).toBe('permitted');
  expect(spoke(proposed(reboot({ tags: { 'checkrein:protect': 'true' } })))).toEqual(['protected-tag']);
});

test('only a cut beyond the bound trips the breaker', () => {
  expect(proposed(resize({ cutPercent: 80, peakUsePercentAfter: 90 }))).toMatchObject({
    statements: [{ id: 'cut-bound' }, { id: 'peak-headroom' }],
    tripsBreaker: {
      policy: 'cut-bound',
      reason: 'A cut of 80 % on i-0123456789abcdef0 is more than the 30 % allowed at once.',
    },
  });
  expect(proposed(resize({ memoryMiBAfter: 1 })).tripsBreaker).toBeNull();
});

test('a read-only agent may propose nothing', () => {
  const agent = { name: 'triage', tools: { observe: ['get_metrics'], change: [] } };
  expect(proposed({ ...resize(), agent })).toEqual({
    verdict: 'refused',
    reason: 'No policy permits triage to propose resize_instance on i-0123456789abcdef0.',
    statements: [],
    tripsBreaker: null,
  });
});

test('a fresh deployment applies nothing without a human', () => {
  const ruling = engine.mayApplyUnattended(resize({}, { environment: 'test' }));
  expect(ruling).toMatchObject({ verdict: 'refused', statements: [] });
  expect(ruling.reason).toBe('No policy permits resize_instance on i-0123456789abcdef0 without a human.');
});

test.each([
  ['sre', 'permitted', ['sre-approves']],
  ['owner', 'permitted', ['owner-approves']],
  ['developer', 'refused', []],
])('a person of role %s: %s', (role, verdict, ids) => {
  const ruling = engine.mayApprove(askedOf(role));
  expect(ruling.verdict).toBe(verdict);
  expect(spoke(ruling)).toEqual(ids);
});

test('one of several roles is enough, and a person without one is refused by name', () => {
  expect(engine.mayApprove(askedOf('developer', 'sre')).verdict).toBe('permitted');
  expect(engine.mayApprove(askedOf()).reason).toBe(
    'No policy permits ana@example.com to approve resize_instance on i-0123456789abcdef0.',
  );
});

test.each([
  ['reversible in production', resize(), 1, ['one-approval-suffices']],
  ['irreversible elsewhere', resize({ reversible: false }, { environment: 'test' }), 1, ['one-approval-suffices']],
  [
    'irreversible in production',
    resize({ reversible: false }),
    2,
    ['two-for-irreversible-production', 'one-approval-suffices'],
  ],
])('approvals for a change that is %s', (_, plan, needed, ids) => {
  const quorum = engine.approvalsNeeded(plan);
  expect(quorum).toMatchObject({ verdict: 'permitted', needed });
  expect(spoke(quorum)).toEqual(ids);
});

test('every shipped policy speaks in a test of this file', () => {
  const others = [
    'agents-propose',
    'sre-approves',
    'owner-approves',
    'one-approval-suffices',
    'two-for-irreversible-production',
  ];
  expect(Object.keys(rules.policies).toSorted()).toEqual(
    [...new Set([...CHANGE_POLICIES.map(([id]) => id), ...others])].toSorted(),
  );
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
        const plan = { ...resize({ ...facts, cutPercent }, { environment, tags }), report: costing(cents) };
        for (const phase of ['proposal', 'plan'] as const) {
          expect(proposed(plan, phase)).toMatchObject({ verdict: 'refused', tripsBreaker: { policy: 'cut-bound' } });
        }
      }),
    );
  });

  test('nothing is permitted that a bound forbids', () => {
    fc.assert(
      fc.property(anyPlan, ({ facts, environment, tags, cents }) => {
        const ruling = proposed({ ...resize(facts, { environment, tags }), report: costing(cents) });
        if (ruling.verdict === 'refused') return;
        expect(facts.cutPercent).toBeLessThanOrEqual(30);
        expect(facts.memoryMiBAfter).toBeGreaterThanOrEqual(256);
        expect(facts.evidenceCount).toBeGreaterThanOrEqual(1);
        expect([facts.sameAccount, facts.sameRegion]).toEqual([true, true]);
      }),
    );
  });

  test('nothing is applied without a human', () => {
    fc.assert(
      fc.property(anyPlan, ({ facts, environment, tags, cents }) => {
        const ruling = engine.mayApplyUnattended({ ...resize(facts, { environment, tags }), report: costing(cents) });
        expect(ruling.verdict).toBe('refused');
      }),
    );
  });
});
