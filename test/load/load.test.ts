import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom, longTailed, shuffled } from './random.ts';
import { DEFAULTS, optionsFrom, STORIES } from './options.ts';
import { runLoad, type LoadReport } from './load-run.ts';
import { formatLoadReport } from './report.ts';
import { percentile } from './latency.ts';

const small = {
  incidents: 40,
  alarms: 10,
  duplicates: 20,
  copies: 25,
  stories: STORIES,
  returns: 2,
  faults: true,
  latency: 5,
  seed: 7,
};
describe('40 incidents at once, with throttles, lost answers, crashes and steps run twice', () => {
  let report: LoadReport;
  // Takes seconds on an idle machine, a minute on a busy one.
  beforeAll(async () => {
    report = await runLoad(small, () => undefined);
  }, 180_000);

  test('nothing is lost, every incident closes as expected, every chain verifies', () => {
    expect(report.problems).toEqual([]);
    expect(report.storm.closedInOrder).toBe(40);
    expect(Object.values(report.faults).reduce((all, count) => all + count, 0)).toBeGreaterThan(20);
  });

  test('each resource under an alarm becomes exactly one incident', () => {
    expect(report.storm.opened).toBe(40);
  });

  test('copies are counted exactly, in spite of crashes and repeated requests', () => {
    const { storm } = report;
    expect(storm.copies).toBeGreaterThan(0);
    expect(storm.copiesCounted).toBe(storm.copies);
  });

  test('twenty-five copies of one alarm cost one investigation, a count, and twenty lines', () => {
    const { copies } = report;
    expect(copies).toMatchObject({ investigations: 1, counted: 25, modelTurns: 4 });
    expect(copies?.linesOnTrace).toBeLessThanOrEqual(20);
  });

  test('twenty-five alarms on one instance cost one investigation, in one group or on one metric three; all the others have their row', () => {
    expect(report.related).toMatchObject([
      { relation: 'instance', investigations: 1, attached: 25 },
      { relation: 'group', investigations: 3, attached: 25 },
      { relation: 'metric', investigations: 3, attached: 25 },
    ]);
    for (const { investigations, linesOnTraces } of report.related)
      expect(linesOnTraces).toBeLessThanOrEqual(20 * investigations);
  });

  test('an alarm that fires again after the close opens a new incident; a late redelivery does not', () => {
    expect(report.returns).toMatchObject({ fired: 2, reopened: 2 });
  });

  test('the report shows counts, durations and ledger requests', () => {
    const text = formatLoadReport(report);
    expect(text).toContain('40 of 40 (100.00 %)');
    expect(text).toMatch(/to close, by the incident's clock +p50 \d/);
    expect(text).toMatch(/PutItem incident +\d/);
    expect(text).toContain('Nothing was lost');
  });

  test('the report names what was lost', () => {
    expect(formatLoadReport({ ...report, problems: ['Event e-1: its execution failed'] })).toContain(
      '1 problems\n  Event e-1: its execution failed',
    );
  });
});

describe('options', () => {
  test('without arguments, 1,000 incidents over 300 alarms with faults', () => {
    expect(optionsFrom([]).options).toEqual(DEFAULTS);
    expect(DEFAULTS).toMatchObject({ incidents: 1000, alarms: 300, copies: 10_000, faults: true });
  });

  test.each([
    [['--incidents', 'many'], '--incidents'],
    [['--incidents', '0'], '--incidents'],
    [['--faults', 'maybe'], '--faults'],
    [['--stories', 'copies,flood'], '--stories'],
    [['--returns', '5', '--incidents', '4'], '--returns'],
    [['--unknown'], '--unknown'],
  ])('%j is refused, naming the option', (args, where) => {
    expect(() => optionsFrom(args)).toThrow(where);
  });
});

describe('random numbers', () => {
  test('the same seed draws the same numbers, another seed others', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return [random(), random(), random()];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('shuffling loses nothing', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    expect(shuffled(items, seededRandom(3)).toSorted((a, b) => a - b)).toEqual(items);
  });

  test('long-tailed times have the given median, and 99 of 100 are below three times the median', () => {
    const random = seededRandom(1);
    const times = Array.from({ length: 2000 }, () => longTailed(1000, random));
    expect(percentile(times, 0.5)).toBeGreaterThan(900);
    expect(percentile(times, 0.5)).toBeLessThan(1100);
    expect(percentile(times, 0.99)).toBeLessThan(3200);
  });
});
