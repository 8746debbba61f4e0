import type { LoadFixture } from './fixture.ts';
import { inspectIncident } from './inspection.ts';
import type { LoadOptions } from './options.ts';
import { AlarmSource } from './alarm-source.ts';
import { recurrenceScript, loadTarget, slowModel, loadWorld } from './worlds.ts';
import { firstEventId } from './alarm-storm.ts';
import type { TraceMeter } from './trace-meter.ts';

/** Results of the phase in which alarms fire again after their incident was closed. */
export interface RecurrenceResult {
  readonly fired: number;
  readonly reopened: number;
  readonly problems: readonly string[];
}

/** Fires alarms of closed incidents again: a late redelivery must change nothing, a new event must open an incident. */
export const fireAgain = async (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  options: LoadOptions,
): Promise<RecurrenceResult> => {
  const problems: string[] = [];
  let reopened = 0;
  const fireOne = async (index: number): Promise<void> => {
    const target = loadTarget(index, options.alarms);
    const model = slowModel(recurrenceScript(), options.latency, fixture.random);
    const source = new AlarmSource(fixture, traceMeter, target, loadWorld(target, index, false), model);
    const late = await source.deliver(firstEventId(index));
    if (source.opened.size > 0) problems.push(`Target ${index}: a redelivery of the first event opened an incident.`);
    const fresh = await source.deliver(`return-${index}`);
    const [incidentId] = source.opened;
    if (incidentId === undefined) problems.push(`Target ${index}: its alarm fired again and opened no incident.`);
    else {
      reopened += 1;
      problems.push(...(await inspectIncident(fixture.faultFreeLedger, incidentId, 'diagnosed')).problems);
    }
    problems.push(...[late, fresh].filter((failure) => failure !== undefined));
  };
  await Promise.all(Array.from({ length: options.returns }, (_, index) => fireOne(index)));
  return { fired: options.returns, reopened, problems };
};
