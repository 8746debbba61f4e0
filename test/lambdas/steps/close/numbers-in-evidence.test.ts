import { withSubject } from '../../../fixtures/subjects.ts';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { beforeAll, describe, expect, test } from 'vitest';
import { unsupportedNumbers } from '../../../../lambdas/steps/close/numbers-in-evidence.ts';
import type { TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { closingMessage, reportOf } from '../../../../lambdas/kernel/trace/report.ts';
import { call } from '../../../fakes/preset-model.ts';
import { TestHarness } from '../../../fixtures/harness.ts';
import { closing } from './conclusion.ts';
import { STATEMENTS } from '../../../fixtures/numbers/statements.ts';

let looked: readonly TraceEvent[];
beforeAll(async () => {
  looked = await (await new TestHarness().begin()).events();
});

/** A trace in which E1 reads so, and nothing else says a number. */
const reading = (text: string): TraceEvent[] =>
  withSubject(looked).flatMap((event): TraceEvent[] => {
    if (event.kind === 'incident.opened') return [event];
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
    const all = STATEMENTS.flatMap(({ evidence, right }) =>
      right.map((one) => ({ one, not: notFound(evidence, one) })),
    );
    const sentBack = all.filter(({ not }) => not.length > 0);
    expect(sentBack.length / all.length, JSON.stringify(sentBack, null, 1)).toBeLessThanOrEqual(0.02);
  });

  test('at least 80 % of the wrong ones are caught', () => {
    const all = STATEMENTS.flatMap(({ evidence, wrong }) =>
      wrong.map((one) => ({ one, not: notFound(evidence, one) })),
    );
    const missed = all.filter(({ not }) => not.length === 0);
    expect(1 - missed.length / all.length, JSON.stringify(missed, null, 1)).toBeGreaterThanOrEqual(0.8);
  });
});

const Unseen = z.object({ kind: z.enum(['true', 'planted']), claim: z.string(), evidence: z.array(z.string()) });

/**
 * 100 right and 100 wrong statements by somebody who had not seen the rule, measured once: 1 and 86. It was not changed
 * afterwards. On 100 of each by another author it was 8 and 88; docs/security-model.md has all figures.
 */
describe('of the statements of somebody else', () => {
  const all = readFileSync(new URL('../../../fixtures/numbers/unseen.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Unseen.parse(JSON.parse(line)));
  const partNamed = (kind: 'true' | 'planted'): number => {
    const some = all.filter((one) => one.kind === kind);
    return some.filter(({ claim, evidence }) => notFound(evidence.join('\n\n'), claim).length > 0).length / some.length;
  };

  test('at most 2 % of the right ones are sent back, too', () => {
    expect(partNamed('true')).toBeLessThanOrEqual(0.02);
  });

  test('at least 80 % of the wrong ones are caught, too', () => {
    expect(partNamed('planted')).toBeGreaterThanOrEqual(0.8);
  });
});

describe('a number in a conclusion', () => {
  const CPU = 'CPUUtilization: highest 97.47, lowest 44.69, newest 97.47; 10000 ms';

  test('that stands nowhere is named', () => {
    expect(notFound(CPU, 'CPU was at 88 %.')).toEqual(['88 %']);
  });

  test.each(['97 % CPU', '97.5 % CPU', 'It took 10.0 s.', 'CPU rose by 53 points, from 45 % to 97 %.'])(
    'is found after rounding, conversion or arithmetic: %s',
    (statement) => {
      expect(notFound(CPU, statement)).toEqual([]);
    },
  );

  test.each([
    'checkout 4.12.0 on i-0a1b2c3d4e5f60718, a c6i.xlarge',
    'Checkouts ended in 504 from 09:23 on.',
    'It began on 2026-11-20, 20 minutes after the deployment CHG-2041.',
  ])('is not looked for in ids, versions, types, codes, times, dates and up to 20: %s', (statement) => {
    expect(notFound(CPU, statement)).toEqual([]);
  });

  test('is not proved by evidence that the claim does not cite', () => {
    const claims = [{ text: 'CPU was at 97 %.', evidence: ['E9'] }];
    expect(unsupportedNumbers(reading(CPU), { summary: 'See there.', claims })).toHaveLength(1);
  });

  test('in the summary may rest on all that the claims cite', () => {
    const claims = [{ text: 'CPU was high.', evidence: ['E1'] }];
    expect(unsupportedNumbers(reading(CPU), { summary: 'CPU was at 97 %.', claims })).toEqual([]);
    expect(unsupportedNumbers(reading(CPU), { summary: 'CPU was at 88 %.', claims })).toEqual([
      { statement: 0, number: '88 %' },
    ]);
  });

  test('is sent back once, then accepted and marked in report and mail', async () => {
    const harness = await new TestHarness().begin();
    const claims = [{ text: 'CPU was at 7391.27 %.', evidence: ['E2'] }];
    await harness.decide([call('conclude', { ...closing, claims })]);
    expect(await harness.close()).toBe('decide');
    const { replies } = await harness.last('conclusion.reviewed');
    expect(replies?.[0]?.text).toMatch(/numbers_in_evidence: .*"7391\.27 %" in claim 1/);
    await harness.decide([call('conclude', { ...closing, claims })]);
    expect(await harness.close()).toBe('done');
    const { data } = await harness.last('conclusion.reviewed');
    expect(data).toMatchObject({ accepted: true, numbersNotFound: [{ statement: 1, number: '7391.27 %' }] });
    const mark = 'Not found in the evidence: "7391.27 %".';
    expect(reportOf(await harness.events())).toContain(mark);
    expect(closingMessage(await harness.events()).text.toString()).toContain(mark);
  });
});
