import { describe, expect, test } from 'vitest';
import { endStorm, joinStorm } from '../../../lambdas/kernel/storm-rows.ts';
import { claim } from '../../../lambdas/open/storm.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { ManualClock } from '../../fakes/small-ports.ts';

/** Counts how often a trace is looked at. */
class WatchedLedger extends MemoryLedger {
  traceReads = 0;

  override async events(incidentId: string, from?: number) {
    this.traceReads += 1;
    return super.events(incidentId, from);
  }
}

const KEY = 'cpu-high on i-1';
const clock = new ManualClock('2026-11-20T09:00:00Z');

const opened = async (ledger: MemoryLedger): Promise<void> => {
  await claim({ ledger, clock }, KEY, 'first', 'event-0');
};

const arrive = (ledger: MemoryLedger, copy: number) =>
  claim({ ledger, clock }, KEY, `execution-${copy}`, `event-${copy}`);

describe('a storm', () => {
  test('copies are counted to the last one, however many arrive at once', async () => {
    const ledger = new MemoryLedger();
    await opened(ledger);
    await Promise.all(Array.from({ length: 300 }, (_, copy) => arrive(ledger, copy + 1)));
    expect(await endStorm(ledger, KEY, 'first')).toBe(300);
  });

  test('a copy whose step is run again counts once', async () => {
    const ledger = new MemoryLedger();
    await opened(ledger);
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await arrive(ledger, 1)).toEqual({ opened: false, incidentId: 'first' });
    expect(await endStorm(ledger, KEY, 'first')).toBe(1);
  });

  test('beyond the first twenty, a copy does not read the trace: ten thousand would read it ten thousand times', async () => {
    const ledger = new WatchedLedger();
    await opened(ledger);
    for (let copy = 1; copy <= 20; copy += 1) await arrive(ledger, copy);
    const before = ledger.traceReads;
    for (let copy = 21; copy <= 60; copy += 1) await arrive(ledger, copy);
    expect(ledger.traceReads).toBe(before);
  });

  test('a copy that comes when the incident has counted its copies opens a new incident', async () => {
    const ledger = new MemoryLedger();
    await opened(ledger);
    expect(await endStorm(ledger, KEY, 'first')).toBe(0);
    expect(await joinStorm(ledger, KEY, 'first', 'event-1')).toBeUndefined();
    expect(await arrive(ledger, 1)).toEqual({ opened: true });
  });

  test('copies of the incident before are not counted again', async () => {
    const ledger = new MemoryLedger();
    await opened(ledger);
    await arrive(ledger, 1);
    await endStorm(ledger, KEY, 'first');
    expect(await arrive(ledger, 2)).toEqual({ opened: true });
    await arrive(ledger, 3);
    expect(await endStorm(ledger, KEY, 'execution-2')).toBe(1);
  });
});
