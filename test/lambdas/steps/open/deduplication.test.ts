import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { endStorm } from '../../../../lambdas/kernel/limits/deduplication-rows.ts';
import { openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { Room, rulesWith } from '../../../fixtures/harness.ts';

/** Knows how often the trace of an incident was looked at. */
class WatchedLedger extends MemoryLedger {
  readonly #reads = new Map<string, number>();

  override async events(incidentId: string, from?: number) {
    this.#reads.set(incidentId, this.readsOf(incidentId) + 1);
    return super.events(incidentId, from);
  }

  readsOf(incidentId: string): number {
    return this.#reads.get(incidentId) ?? 0;
  }
}

const copyOf = (room: Room, n: number): JsonObject => ({ ...room.alarmEvent(), id: `copy-${n}` });
const executionOf = ({ ledger }: Room, n: number): Room => new Room({ ledger, execution: `execution-${n}` });
const arrive = (room: Room, n: number): Promise<string> => executionOf(room, n).open(copyOf(room, n));
const copiesIn = async (room: Room): Promise<number> =>
  endStorm(room.ledger, openingOf(await room.events()).data.stormKey, 'incident-1');

describe('a storm', () => {
  test('copies are counted to the last one, however many arrive at once', async () => {
    const room = await new Room().begin();
    await Promise.all(Array.from({ length: 60 }, (_, n) => arrive(room, n)));
    expect(await copiesIn(room)).toBe(60);
  });

  test('a copy whose step is run again counts once', async () => {
    const room = await new Room().begin();
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await arrive(room, 1)).toBe('done');
    expect(await copiesIn(room)).toBe(1);
  });

  test('beyond the first twenty, copies leave the trace alone: ten thousand would read it ten thousand times', async () => {
    const ledger = new WatchedLedger();
    const room = await new Room({ ledger }).begin();
    for (let n = 0; n < 20; n += 1) await arrive(room, n);
    const before = ledger.readsOf('incident-1');
    for (let n = 20; n < 40; n += 1) expect(await arrive(room, n)).toBe('done');
    expect(ledger.readsOf('incident-1')).toBe(before);
  });

  test('copies of an earlier incident are not counted again', async () => {
    const room = await new Room().begin();
    await arrive(room, 1);
    expect(await copiesIn(room)).toBe(1);
    const back = executionOf(room, 2);
    expect(await back.open(copyOf(room, 2))).toBe('observe');
    await arrive(room, 3);
    expect(await endStorm(room.ledger, openingOf(await room.events()).data.stormKey, 'execution-2')).toBe(1);
  });

  test('an incident above a ceiling holds its alarm back no longer than it takes to close', async () => {
    const room = new Room({ rules: rulesWith({ budgetPerDay: { dollars: 25, incidents: 0 } }) });
    expect(await room.open()).toBe('observe');
    expect(await room.decide([])).toBe('close');
    for (let n = 0; n < 30; n += 1) await arrive(room, n);
    await room.close();
    expect(await arrive(room, 30)).toBe('observe');
  });
});
