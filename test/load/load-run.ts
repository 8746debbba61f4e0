import { deliverCopies, type CopiesResult } from './copies.ts';
import { LoadFixture } from './fixture.ts';
import { deliverRelated, type RelatedResult } from './related-alarms.ts';
import type { LedgerUse } from './ledger-meter.ts';
import type { LoadOptions, Story } from './options.ts';
import { fireAgain, type RecurrenceResult } from './recurrence.ts';
import { runStorm, type StormResult } from './alarm-storm.ts';
import { TraceMeter } from './trace-meter.ts';

/** The results of a load run. */
export interface LoadReport {
  readonly options: LoadOptions;
  readonly storm: StormResult;
  /** Ledger requests during the storm. */
  readonly ledger: readonly LedgerUse[];
  readonly copies: CopiesResult | undefined;
  readonly copiesLedger: readonly LedgerUse[];
  /** Different alarms on one instance, in one group, on one metric; with the ledger requests of each. */
  readonly related: readonly (RelatedResult & { readonly ledger: readonly LedgerUse[] })[];
  readonly returns: RecurrenceResult;
  /** How often each fault was injected. */
  readonly faults: Readonly<Record<string, number>>;
  readonly heapPeakMB: number;
  /** Events that were lost, incidents that ended differently than expected, chains that do not verify. */
  readonly problems: readonly string[];
}

/** Samples memory, and prints every five seconds how far the run is. */
const progressReporter = (print: (line: string) => void) => {
  let heapPeak = 0;
  let line = (): string => '';
  const sample = (): void => {
    heapPeak = Math.max(heapPeak, process.memoryUsage().heapUsed);
  };
  const sampling = setInterval(sample, 250);
  const printing = setInterval(() => print(`${line()}, heap ${Math.round(heapPeak / 2 ** 20)} MB`), 5000);
  return {
    startPhase: (phase: string): TraceMeter => {
      const traceMeter = new TraceMeter();
      line = () => `${phase}: ${traceMeter.progress}`;
      return traceMeter;
    },
    stop: (): number => {
      sample();
      clearInterval(sampling);
      clearInterval(printing);
      return Math.round(heapPeak / 2 ** 20);
    },
  };
};

/** Runs the phases one after the other, on one ledger. */
export const runLoad = async (options: LoadOptions, print: (line: string) => void): Promise<LoadReport> => {
  const fixture = await LoadFixture.start(options);
  const progress = progressReporter(print);
  try {
    const storm = await runStorm(fixture, progress.startPhase('storm'), options);
    const ledger = fixture.meter.take();
    const isPlayed = (story: Story): boolean => options.copies > 0 && options.stories.includes(story);
    const copies = !isPlayed('copies')
      ? undefined
      : await deliverCopies(fixture, progress.startPhase('copies'), options);
    const copiesLedger = fixture.meter.take();
    const related: LoadReport['related'][number][] = [];
    for (const relation of (['instance', 'group', 'metric'] as const).filter(isPlayed)) {
      const result = await deliverRelated(fixture, progress.startPhase(`one ${relation}`), options, relation);
      related.push({ ...result, ledger: fixture.meter.take() });
    }
    const returns = await fireAgain(fixture, progress.startPhase('returns'), options);
    return {
      options,
      storm,
      ledger,
      copies,
      copiesLedger,
      related,
      returns,
      faults: Object.fromEntries([...fixture.faultCounts].toSorted(([a], [b]) => a.localeCompare(b))),
      heapPeakMB: progress.stop(),
      problems: [
        ...storm.problems,
        ...(copies?.problems ?? []),
        ...related.flatMap((one) => one.problems),
        ...returns.problems,
      ],
    };
  } finally {
    progress.stop();
    await fixture.stop();
  }
};
