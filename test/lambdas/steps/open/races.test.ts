import { expect, test } from 'vitest';
import * as z from 'zod';
import { attachedAlarms } from '../../../../lambdas/kernel/limits/attached-alarms.ts';
import { freeKey } from '../../../../lambdas/kernel/limits/deduplication-rows.ts';
import { sha256 } from '../../../../lambdas/kernel/trace/canonical.ts';
import { lastOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { TestHarness } from '../../../fixtures/harness.ts';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { RowKey } from '../../../../lambdas/contracts/ledger-keys.ts';
import type { Row } from '../../../../lambdas/contracts/ports.ts';
import { Arrivals, type TestAlarm } from '../../../fixtures/alarm-events.ts';
import { seededRandom, type Random } from '../../../load/random.ts';

/** A ledger whose answers take their time, so that much happens between a read and a write. */
class SlowLedger extends MemoryLedger {
  readonly #random: Random = seededRandom(7);

  async #wait(): Promise<void> {
    for (let tick = Math.floor(this.#random() * 30); tick > 0; tick -= 1) await Promise.resolve();
  }
  override async fetch(key: RowKey): Promise<Row | undefined> {
    await this.#wait();
    const row = await super.fetch(key);
    await this.#wait();
    return row;
  }
  override async create(key: RowKey, data: JsonObject): Promise<{ created: boolean; row: Row }> {
    await this.#wait();
    return super.create(key, data);
  }
  override async replace(key: RowKey, data: JsonObject, version: number): Promise<boolean> {
    await this.#wait();
    return super.replace(key, data, version);
  }
}

const Copy = z.object({ eventId: z.string() });

/** One of a few alarms on a few instances, or their composite, each time with an event of its own. */
const drawn = (random: Random, n: number): TestAlarm => {
  const instance = Math.floor(random() * 6);
  const metric = Math.floor(random() * 3);
  const id = `event-${n}`;
  if (random() < 0.1) return { id, name: 'top', rule: 'ALARM(a-0-0) OR ALARM(a-1-1)' };
  return { id, name: `a-${instance}-${metric}`, metric: `m-${metric}`, dimensions: { InstanceId: `i-${instance}` } };
};

/** The ids of the events and the names of the alarms that joined an incident, as Close finds them after it has freed the key. */
const closed = async ({ ledger }: Arrivals, execution: string): Promise<readonly string[] | undefined> => {
  const opening = lastOf(await ledger.events(execution), 'incident.opened');
  if (opening === undefined) return undefined;
  const { stormKey } = opening.data;
  await freeKey(ledger, stormKey, execution);
  const copies = await ledger.list('storm', `${sha256(stormKey)}#${execution}`);
  const alarms = await attachedAlarms(ledger, execution);
  return [...copies.map(({ data }) => Copy.parse(data).eventId), ...alarms.map(({ name }) => name)];
};

test('whatever races with whatever: an alarm opens an incident, or its row is there when the incident closes', async () => {
  const arrivals = new Arrivals(new TestHarness({ ledger: new SlowLedger() }));
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = seededRandom(seed);
    const alarms = Array.from({ length: 30 }, (_, n) => drawn(random, seed * 100 + n));
    const found = new Map<string, readonly string[]>();
    const closeLater = async (execution: string): Promise<void> => {
      for (let tick = Math.floor(random() * 300); tick > 0; tick -= 1) await Promise.resolve();
      const rows = await closed(arrivals, execution);
      if (rows !== undefined) found.set(execution, rows);
    };
    const ended = await Promise.all(
      alarms.map(async (alarm) => {
        for (let tick = Math.floor(random() * 600); tick > 0; tick -= 1) await Promise.resolve();
        const became = await arrivals.arrive(alarm);
        if (became === 'opened') await closeLater(`of-${alarm.id ?? ''}`);
        return { alarm, became };
      }),
    );
    for (const { alarm, became } of ended)
      if (became !== 'opened')
        expect(found.get(became), `seed ${seed}, ${alarm.name} in ${became}`).toSatisfy(
          (rows: readonly string[]) => rows.includes(alarm.id ?? '') || rows.includes(alarm.name),
        );
  }
});
