import { deliverCopies, type CopiesResult } from './copies.ts';
import { LoadFixture } from './fixture.ts';
import type { LedgerUse } from './ledger-meter.ts';
import type { LoadOptions } from './options.ts';
import { fireAgain, type RecurrenceResult } from './recurrence.ts';
import { runStorm, type StormResult } from './alarm-storm.ts';
import { TraceMeter } from './trace-meter.ts';

/** Everything that a load run found. */
export interface LoadReport {
  readonly options: LoadOptions;
  readonly storm: StormResult;
  /** What the storm asked of the ledger. */
  readonly ledger: readonly LedgerUse[];
  readonly copies: CopiesResult | undefined;
  readonly copiesLedger: readonly LedgerUse[];
  readonly returns: RecurrenceResult;
  /** Faults that struck, and how often. */
  readonly faults: Readonly<Record<string, number>>;
  readonly heapPeakMB: number;
  /** Whatever was lost, ended out of order, or does not verify. */
  readonly problems: readonly string[];
}

/** Looks now and then, and says how far the run is. */
const progressReporter = (say: (line: string) => void) => {
  let heapPeak = 0;
  let line = (): string => '';
  const look = (): void => {
    heapPeak = Math.max(heapPeak, process.memoryUsage().heapUsed);
  };
  const often = setInterval(look, 250);
  const seldom = setInterval(() => say(`${line()}, heap ${Math.round(heapPeak / 2 ** 20)} MB`), 5000);
  return {
    watch: (phase: string): TraceMeter => {
      const traceMeter = new TraceMeter();
      line = () => `${phase}: ${traceMeter.progress}`;
      return traceMeter;
    },
    stop: (): number => {
      look();
      clearInterval(often);
      clearInterval(seldom);
      return Math.round(heapPeak / 2 ** 20);
    },
  };
};

/** Plays the three parts one after the other, on one ledger. */
export const runLoad = async (options: LoadOptions, say: (line: string) => void): Promise<LoadReport> => {
  const fixture = await LoadFixture.start(options);
  const progress = progressReporter(say);
  try {
    const stormed = await runStorm(fixture, progress.watch('storm'), options);
    const ledger = fixture.meter.take();
    const copied = options.copies === 0 ? undefined : await deliverCopies(fixture, progress.watch('copies'), options);
    const copiesLedger = fixture.meter.take();
    const returned = await fireAgain(fixture, progress.watch('returns'), options);
    return {
      options,
      storm: stormed,
      ledger,
      copies: copied,
      copiesLedger,
      returns: returned,
      faults: Object.fromEntries([...fixture.faultCounts].toSorted(([a], [b]) => a.localeCompare(b))),
      heapPeakMB: progress.stop(),
      problems: [...stormed.problems, ...(copied?.problems ?? []), ...returned.problems],
    };
  } finally {
    progress.stop();
    await fixture.stop();
  }
};
