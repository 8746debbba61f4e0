import { beforeAll, describe, expect, test } from 'vitest';
import { STORIES } from './options.ts';
import { runLoad, type LoadReport } from './load-run.ts';
import { formatLoadReport } from './report.ts';

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
