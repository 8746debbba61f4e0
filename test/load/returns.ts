import type { LoadFixture } from './fixture.ts';
import { inspect } from './inspection.ts';
import type { LoadOptions } from './options.ts';
import { AlarmHost } from './host.ts';
import { scriptOfReturn, loadTargetAt, slowModel, loadWorldOf } from './worlds.ts';
import { firstId } from './alarm-storm.ts';
import type { TraceMeter } from './trace-watch.ts';

/** What came of alarms that fired after their incident had closed. */
export interface ReturnsResult {
  readonly fired: number;
  readonly reopened: number;
  readonly problems: readonly string[];
}

/** Fires alarms of closed incidents again: a late redelivery must change nothing, a fresh event open an incident. */
export const returns = async (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  options: LoadOptions,
): Promise<ReturnsResult> => {
  const problems: string[] = [];
  let reopened = 0;
  const come = async (index: number): Promise<void> => {
    const target = loadTargetAt(index, options.alarms);
    const model = slowModel(scriptOfReturn(), options.latency, fixture.chance);
    const place = new AlarmHost(fixture, traceMeter, target, loadWorldOf(target, index, false), model);
    const late = await place.deliver(firstId(index));
    if (place.opened.size > 0) problems.push(`Site ${index}: an event that had been dealt with opened an incident.`);
    const fresh = await place.deliver(`return-${index}`);
    const [incidentId] = place.opened;
    if (incidentId === undefined) problems.push(`Site ${index}: its alarm came back and opened no incident.`);
    else {
      reopened += 1;
      problems.push(...(await inspect(fixture.truth, incidentId, 'diagnosed')).problems);
    }
    problems.push(...[late, fresh].filter((failure) => failure !== undefined));
  };
  await Promise.all(Array.from({ length: options.returns }, (_, index) => come(index)));
  return { fired: options.returns, reopened, problems };
};
