import { expect, test } from 'vitest';
import type { ClosePorts } from '../../../../lambdas/steps/close/step.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { Arrivals } from '../../../fixtures/alarm-events.ts';

const onOne = (name: string) => ({ name, dimensions: { InstanceId: 'i-1' } });

/** Arrivals of which the first has claimed its instance and crashed for good before its opening was on the trace. */
const crashed = async (): Promise<Arrivals> => {
  const arrivals = new Arrivals();
  const ledger = new CrashingLedger(arrivals.ledger, 'incident.opened');
  await expect(arrivals.arrive(onOne('first'), { ledger })).rejects.toThrow(Crash);
  return arrivals;
};

const closeFirst = async ({ harness }: Arrivals, ports: Partial<ClosePorts>): Promise<void> => {
  harness.at = { incidentId: 'of-event-first', agent: 'none', seq: 0 };
  await harness.close({ Error: 'Crash', Cause: 'Open ended.' }, ports);
};

test('an alarm that joins an incident whose opening failed is taken up by the close of that incident', async () => {
  const arrivals = await crashed();
  expect(await arrivals.arrive(onOne('second'))).toBe('of-event-first');
  const inAlarm = { MetricAlarms: [{ AlarmName: 'second', StateValue: 'ALARM' }] };
  await closeFirst(
    arrivals,
    arrivals.harness.reading(async () => inAlarm),
  );
  expect(arrivals.harness.followUps.raised).toHaveLength(1);
});

test('an alarm that comes when that close has looked at what joined already opens an incident of its own', async () => {
  const arrivals = await crashed();
  let became = '';
  const notify: ClosePorts['notifier']['notify'] = async () => {
    became = await arrivals.arrive(onOne('second'));
    return 'sent';
  };
  await closeFirst(arrivals, { notifier: { notify } });
  expect(became).toBe('opened');
});
