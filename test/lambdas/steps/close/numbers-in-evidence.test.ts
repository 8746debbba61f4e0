import { beforeAll, describe, expect, test } from 'vitest';
import { unsupportedNumbers } from '../../../../lambdas/steps/close/numbers-in-evidence.ts';
import type { TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { TestHarness } from '../../../fixtures/harness.ts';
import { STATEMENTS } from '../../../fixtures/numbers/statements.ts';

let looked: readonly TraceEvent[];
beforeAll(async () => {
  looked = await (await new TestHarness().begin()).events();
});

/** A trace in which E1 reads so, and nothing else says a number. */
const reading = (text: string): TraceEvent[] =>
  looked.flatMap((event): TraceEvent[] => {
    if (event.kind === 'incident.opened') return [{ ...event, data: { ...event.data, alarm: null } }];
    if (event.kind !== 'evidence.gathered' || event.data.evidence !== 'E1') return [];
    return [{ ...event, data: { ...event.data, text, input: {} } }];
  });

const notFound = (evidence: string, statement: string): string[] =>
  unsupportedNumbers(reading(evidence), {
    summary: 'See the claims.',
    claims: [{ text: statement, evidence: ['E1'] }],
  }).map(({ number }) => number);

describe('of the statements in the corpus', () => {
  test('at most 2 % of the right ones are sent back', () => {
    const all = STATEMENTS.flatMap(({ evidence, right }) => right.map((one) => ({ one, not: notFound(evidence, one) })));
    const sentBack = all.filter(({ not }) => not.length > 0);
    expect(sentBack.length / all.length, JSON.stringify(sentBack, null, 1)).toBeLessThanOrEqual(0.02);
  });

  test('at least 80 % of the wrong ones are caught', () => {
    const all = STATEMENTS.flatMap(({ evidence, wrong }) => wrong.map((one) => ({ one, not: notFound(evidence, one) })));
    const missed = all.filter(({ not }) => not.length === 0);
    expect(1 - missed.length / all.length, JSON.stringify(missed, null, 1)).toBeGreaterThanOrEqual(0.8);
  });
});
