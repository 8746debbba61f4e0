import { describe, expect, test } from 'vitest';
import { attachedAlarms } from '../../../../lambdas/kernel/limits/attached-alarms.ts';
import { freeKey } from '../../../../lambdas/kernel/limits/deduplication-rows.ts';
import { placeInStorm } from '../../../../lambdas/kernel/limits/storm-rows.ts';
import { openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { Arrivals, opened, type TestAlarm } from '../../../fixtures/alarm-events.ts';
import { like } from '../../../fixtures/matchers.ts';

const member = (n: number, group?: string): TestAlarm => ({
  name: `cpu-${group ?? ''}${n}`,
  dimensions: { InstanceId: `i-${group ?? ''}${n}`, ...(group !== undefined && { AutoScalingGroupName: group }) },
});
const members = (count: number, group?: string): TestAlarm[] =>
  Array.from({ length: count }, (_, n) => member(n, group));

const attachedTo = async (arrivals: Arrivals, names: readonly string[]): Promise<number> => {
  const rows = await Promise.all(names.map((name) => attachedAlarms(arrivals.ledger, `of-event-${name}`)));
  return rows.flat().filter(({ why }) => why === 'storm').length;
};

describe('a storm', () => {
  test.each([undefined, 'web'])(
    'of forty instances is three investigations, and the others join them (group %s)',
    async (group) => {
      const arrivals = new Arrivals();
      const found = await arrivals.each(members(40, group));
      expect(found.slice(0, 3)).toEqual(['opened', 'opened', 'opened']);
      expect(opened(found)).toBe(3);
      expect(
        await attachedTo(
          arrivals,
          [0, 1, 2].map((n) => member(n, group).name),
        ),
      ).toBe(37);
    },
  );

  test('of forty at once is three investigations too', async () => {
    const arrivals = new Arrivals();
    const found = await Promise.all(members(40).map((one) => arrivals.arrive(one)));
    expect(opened(found)).toBe(3);
  });

  test('of two groups is two storms, and of two metrics too', async () => {
    expect(opened(await new Arrivals().each([...members(5, 'web'), ...members(5, 'api')]))).toBe(6);
    const memory = members(5).map((one) => ({
      ...one,
      name: `${one.name}-mem`,
      metric: 'mem',
      dimensions: { InstanceId: `${one.name}-b` },
    }));
    expect(opened(await new Arrivals().each([...members(5), ...memory]))).toBe(6);
  });

  test('is over when no alarm came for more than 60 s', async () => {
    const arrivals = new Arrivals();
    await arrivals.each(members(4));
    await arrivals.harness.clock.sleep(60_000);
    expect(await arrivals.arrive(member(10))).toMatch(/^of-event-cpu-[012]$/);
    await arrivals.harness.clock.sleep(61_000);
    expect(await arrivals.arrive(member(11))).toBe('opened');
  });

  test('is over when all of its incidents are closed', async () => {
    const arrivals = new Arrivals();
    await arrivals.each(members(4));
    for (const { name } of members(3)) {
      const { stormKey } = openingOf(await arrivals.events(name)).data;
      await freeKey(arrivals.ledger, stormKey, `of-event-${name}`);
    }
    expect(await arrivals.arrive(member(10))).toBe('opened');
  });

  test('an alarm that joined by it finds its incident again when the storm is over', async () => {
    const arrivals = new Arrivals();
    const found = await arrivals.each(members(4));
    await arrivals.harness.clock.sleep(600_000);
    expect(await arrivals.arrive({ ...member(3), id: 'again' })).toBe(found[3]);
  });

  test('whose first three died before they claimed anything is investigated after ten seconds', async () => {
    const arrivals = new Arrivals();
    for (const incidentId of ['a', 'b', 'c'])
      expect(
        await placeInStorm(arrivals.harness.ports, 'key', { incidentId, claim: incidentId, instance: null }, new Set()),
      ).toBe('investigate');
    expect(
      await placeInStorm(arrivals.harness.ports, 'key', { incidentId: 'd', claim: 'd', instance: null }, new Set()),
    ).toBe('investigate');
    expect(arrivals.harness.clock.now().getTime()).toBeGreaterThan(Date.parse('2026-11-20T09:26:20Z') + 9_000);
  });
});

describe('an alarm that need not be taken up', () => {
  const TIME = '2026-11-20T09:26:12.000+0000';
  const refused = async (arrivals: Arrivals, name: string): Promise<string> =>
    String((await arrivals.events(name)).map(({ data }) => ('reason' in data ? data.reason : ''))[0]);

  test('an ALARM that is delivered after the OK that followed it opens nothing', async () => {
    const arrivals = new Arrivals();
    const ok = { value: 'OK', timestamp: '2026-11-20T09:31:12.000+0000' };
    expect(await arrivals.arrive({ ...member(1), id: 'ok', state: ok })).toBe('closed');
    expect(await arrivals.arrive(member(1))).toBe('closed');
    expect(await refused(arrivals, 'cpu-1')).toEqual(like(/went to ALARM at .*09:26:12.*back to OK at .*09:31:12/));
  });

  test('an ALARM after its OK opens an incident', async () => {
    const arrivals = new Arrivals();
    await arrivals.arrive({
      ...member(1),
      id: 'ok',
      state: { value: 'OK', timestamp: '2026-11-20T09:00:00.000+0000' },
    });
    expect(await arrivals.arrive(member(1))).toBe('opened');
  });

  test('an older OK does not replace a newer one', async () => {
    const arrivals = new Arrivals();
    for (const [id, timestamp] of [
      ['ok-1', '2026-11-20T09:31:12.000+0000'],
      ['ok-2', '2026-11-20T09:00:00.000+0000'],
    ] as const)
      await arrivals.arrive({ ...member(1), id, state: { value: 'OK', timestamp } });
    expect(await arrivals.arrive(member(1))).toBe('closed');
  });

  test('a composite whose team suppresses its actions', async () => {
    const arrivals = new Arrivals();
    const state = { actionsSuppressedBy: 'Alarm', actionsSuppressedReason: 'Maintenance', timestamp: TIME };
    expect(await arrivals.arrive({ name: 'top', rule: 'ALARM(a)', state })).toBe('closed');
    expect(await refused(arrivals, 'top')).toContain('are suppressed (actionsSuppressedBy Alarm: Maintenance)');
  });
});
