import { copies, type CopiesResult } from './copies.ts';
import { Ground } from './fixture.ts';
import type { LedgerUse } from './meter.ts';
import type { LoadOptions } from './options.ts';
import { returns, type ReturnsResult } from './returns.ts';
import { storm, type StormResult } from './alarm-storm.ts';
import { Watch } from './trace-watch.ts';

/** Everything that a load run found. */
export interface LoadReport {
  readonly options: LoadOptions;
  readonly storm: StormResult;
  /** What the storm asked of the ledger. */
  readonly ledger: readonly LedgerUse[];
  readonly copies: CopiesResult | undefined;
  readonly copiesLedger: readonly LedgerUse[];
  readonly returns: ReturnsResult;
  /** Faults that struck, and how often. */
  readonly faults: Readonly<Record<string, number>>;
  readonly heapPeakMB: number;
  /** Whatever was lost, ended out of order, or does not verify. */
  readonly problems: readonly string[];
}

/** Looks now and then, and says how far the run is. */
const observer = (say: (line: string) => void) => {
  let heapPeak = 0;
  let line = (): string => '';
  const look = (): void => {
    heapPeak = Math.max(heapPeak, process.memoryUsage().heapUsed);
  };
  const often = setInterval(look, 250);
  const seldom = setInterval(() => say(`${line()}, heap ${Math.round(heapPeak / 2 ** 20)} MB`), 5000);
  return {
    watch: (phase: string): Watch => {
      const watch = new Watch();
      line = () => `${phase}: ${watch.progress}`;
      return watch;
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
export const play = async (options: LoadOptions, say: (line: string) => void): Promise<LoadReport> => {
  const ground = await Ground.prepare(options);
  const seen = observer(say);
  try {
    const stormed = await storm(ground, seen.watch('storm'), options);
    const ledger = ground.meter.take();
    const copied = options.copies === 0 ? undefined : await copies(ground, seen.watch('copies'), options);
    const copiesLedger = ground.meter.take();
    const returned = await returns(ground, seen.watch('returns'), options);
    return {
      options,
      storm: stormed,
      ledger,
      copies: copied,
      copiesLedger,
      returns: returned,
      faults: Object.fromEntries([...ground.strikes].toSorted(([a], [b]) => a.localeCompare(b))),
      heapPeakMB: seen.stop(),
      problems: [...stormed.problems, ...(copied?.problems ?? []), ...returned.problems],
    };
  } finally {
    seen.stop();
    await ground.clear();
  }
};
