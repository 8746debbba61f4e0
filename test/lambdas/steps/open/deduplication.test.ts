import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { freeKey } from '../../../../lambdas/kernel/limits/deduplication-rows.ts';
import { openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { TestHarness, rulesWith } from '../../../fixtures/harness.ts';

/** Counts the reads of each trace. */
class CountingLedger extends MemoryLedger {
  readonly #reads = new Map<string, number>();

  override async events(incidentId: string, from?: number) {
    this.#reads.set(incidentId, this.readsOf(incidentId) + 1);
    return super.events(incidentId, from);
  }

  readsOf(incidentId: string): number {
    return this.#reads.get(incidentId) ?? 0;
  }
}

const copyOf = (harness: TestHarness, n: number): JsonObject => ({ ...harness.alarmEvent(), id: `copy-${n}` });
const executionOf = ({ ledger }: TestHarness, n: number): TestHarness =>
  new TestHarness({ ledger, execution: `execution-${n}` });
const arrive = (harness: TestHarness, n: number): Promise<string> => executionOf(harness, n).open(copyOf(harness, n));
const copiesIn = async (harness: TestHarness): Promise<number> =>
  freeKey(harness.ledger, openingOf(await harness.events()).data.stormKey, 'incident-1');

describe('copies of one alarm', () => {
  test('a copy whose step is run again counts once', async () => {
    const harness = await new TestHarness().begin();
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await arrive(harness, 1)).toBe('done');
    expect(await copiesIn(harness)).toBe(1);
    expect((await harness.kinds()).filter((kind) => kind === 'incident.attached')).toHaveLength(1);
  });

  test('beyond the first twenty, copies leave the trace alone: ten thousand would read it ten thousand times', async () => {
    const ledger = new CountingLedger();
    const harness = await new TestHarness({ ledger }).begin();
    for (let n = 0; n < 20; n += 1) await arrive(harness, n);
    const before = ledger.readsOf('incident-1');
    for (let n = 20; n < 40; n += 1) expect(await arrive(harness, n)).toBe('done');
    expect(ledger.readsOf('incident-1')).toBe(before);
  });

  test('copies of an earlier incident are not counted again', async () => {
    const harness = await new TestHarness().begin();
    await arrive(harness, 1);
    expect(await copiesIn(harness)).toBe(1);
    const back = executionOf(harness, 2);
    expect(await back.open(copyOf(harness, 2))).toBe('observe');
    await arrive(harness, 3);
    expect(await freeKey(harness.ledger, openingOf(await harness.events()).data.stormKey, 'execution-2')).toBe(1);
  });

  test('an incident above a ceiling holds its alarm back no longer than it takes to close', async () => {
    const harness = new TestHarness({ rules: rulesWith({ budgetPerDay: { dollars: 25, incidents: 0 } }) });
    expect(await harness.open()).toBe('observe');
    expect(await harness.decide([])).toBe('close');
    for (let n = 0; n < 30; n += 1) await arrive(harness, n);
    await harness.close();
    expect(await arrive(harness, 30)).toBe('observe');
  });
});
