import type { BusEvent } from '../../lambdas/contracts/alarm.ts';
import type { Model } from '../../lambdas/contracts/ports.ts';
import type { World } from '../../local/account/world/world.ts';
import type { Laptop } from '../../local/laptop.ts';
import type { LoadFixture } from './fixture.ts';
import { eventWithId, type LoadTarget } from './worlds.ts';
import type { TraceMeter } from './trace-meter.ts';

/** One target in its own simulated account, and the events of its alarm. */
export class AlarmSource {
  /** Incidents that were opened for this target: exactly one if deduplication works. */
  readonly opened = new Set<string>();
  readonly #laptop: Laptop;
  readonly #event: BusEvent;

  constructor(fixture: LoadFixture, traceMeter: TraceMeter, target: LoadTarget, world: World, model: Model) {
    this.#laptop = fixture.laptop(world, model, (event) => {
      traceMeter.record(event);
      if (event.kind === 'incident.opened') this.opened.add(event.incident);
    });
    this.#event = this.#laptop.account.alarmEvent(target.alarm);
  }

  /** Delivers the alarm under an event id. Returns what went wrong if the execution failed. */
  async deliver(id: string): Promise<string | undefined> {
    try {
      await this.#laptop.deliver(eventWithId(this.#event, id));
      return undefined;
    } catch (error) {
      return `Event ${id}: its execution failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    }
  }
}
