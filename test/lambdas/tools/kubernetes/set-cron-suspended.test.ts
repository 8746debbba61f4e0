import { describe, expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/set-cron-suspended/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const CRON = `${SHOP}    - apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop }
      spec: { schedule: "*/5 * * * *", timeZone: Europe/Berlin, jobTemplate: { spec: { template: { spec: { containers: [{ name: report, image: example.com/report:1 }] } } } } }
      status: { active: [{ name: report-1 }, { name: report-2 }] }
`;
const STOPPED = CRON.replace('timeZone:', 'suspend: true, timeZone:');
const to = (suspended: boolean) => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  name: 'report',
  suspended,
  why: 'Each run locks the table of orders for two minutes (E1).',
});
const running = (yaml: string = CRON): ChangeRun => new ChangeRun(tool, new ExampleCluster(yaml));
const specOf = async ({ example }: ChangeRun) => (await example.get('cronjobs', 'report')).spec;
const writesOf = ({ example }: ChangeRun) => example.calls.filter((call) => call.mutating && !call.dryRun).length;

describe('a CronJob', () => {
  test('is suspended once, Checkrein owns none of it, and the undo leaves the very object', async () => {
    const run = running();
    const former = await specOf(run);
    const change = await run.proposed(to(true));
    expect(change.before).toEqual({ suspended: false, checkreinManages: false });
    expect(await run.applied(change)).toEqual([]);
    const writes = writesOf(run);
    await run.applied(change);
    expect(writesOf(run)).toBe(writes);
    expect(await run.holds(change)).toBe(true);
    const { metadata, spec } = await run.example.get('cronjobs', 'report');
    expect(spec).toEqual({ ...former, suspend: true });
    expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
    await run.applied(run.undoing(change));
    expect(await specOf(run)).toEqual(former);
  });

  test('is resumed, and its undo suspends it again', async () => {
    const run = running(STOPPED);
    const change = await run.proposed(to(false));
    await run.applied(change);
    expect(await specOf(run)).toMatchObject({ suspend: false });
    expect(tool.inverse(change)).toMatchObject({ says: 'Suspend report again.' });
  });

  test('is suspended in words: a heading that says false → true tells an approver nothing', async () => {
    const change = await running().proposed(to(true));
    expect(tool.shown(change)).toEqual({ before: { schedule: 'active' }, after: { schedule: 'suspended' } });
  });

  test('keeps the Jobs that run: a fact, and a sentence for the approver', async () => {
    const run = running();
    expect(await run.facts(to(true))).toEqual({
      fleetSize: 2,
      fleetAffectedPercent: 0,
      inServiceAfter: 2,
      downtimeSeconds: 0,
      gitOpsManaged: false,
    });
    expect((await run.dryRun(to(true))).disruption.says).toBe(
      'It starts no more Jobs: runs that are due by */5 * * * * (Europe/Berlin) are missed until it is resumed. 2 Jobs of it run and will not be touched.',
    );
  });

  test.each([
    ['', /It has no starting deadline, so the last run that was missed starts at once/],
    ['startingDeadlineSeconds: 200, ', /A run that was missed in the last 200 s starts at once/],
  ])('that is resumed may start a missed run at once: %j', async (deadline, says) => {
    const run = running(STOPPED.replace('timeZone:', `${deadline}timeZone:`));
    expect((await run.dryRun(to(false))).disruption.says).toMatch(says);
  });

  test.each([
    [CRON, false, /report is not suspended: it starts Jobs by its schedule/],
    [STOPPED, true, /report is suspended already: it starts no Jobs/],
  ])('is not written where nothing would change', async (yaml, suspended, message) => {
    await expect(running(yaml).proposed(to(suspended))).rejects.toThrow(message);
  });

  test('that somebody else changed right before is not written over', async () => {
    const run = running();
    const change = await run.proposed(to(true));
    run.example.cluster.drift({ of: 'shop/cronjobs/report', manager: 'kubectl', recreate: true });
    await expect(run.apply(change)).rejects.toThrow(/deleted and created again since the plan was made/);
  });

  test('has its schedule and its owners in what must not drift', async () => {
    const run = running();
    expect(await tool.configuration(to(true), run.context)).toEqual({
      schedule: '*/5 * * * * (Europe/Berlin)',
      concurrencyPolicy: 'Allow',
      startingDeadlineSeconds: null,
      owners: [],
    });
  });
});
