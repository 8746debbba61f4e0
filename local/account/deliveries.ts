import type { BusEvent } from '../../lambdas/contracts/alarm.ts';
import { offsetMs, Offset } from './world/time.ts';
import { withTimes } from './world/times-in-json.ts';
import type { Delivery, GivenEvent } from './world/deliveries.ts';
import type { World } from './world/world.ts';
import { uuid } from './uuid.ts';

/** A delivery with its moment and its place in the file. */
interface Due {
  readonly at: number;
  readonly place: number;
  readonly delivery: Delivery;
}

/** The events of a world that the bus delivers, each once, by time and then in the order of the file. */
export class Deliveries {
  readonly #world: World;
  readonly #origin: number;
  #delivered: number;

  constructor(world: World) {
    this.#world = world;
    this.#origin = Date.parse(world.now);
    this.#delivered = this.#origin - 1;
  }

  /** When the next one that is not delivered yet is due. */
  next(): Date | undefined {
    const times = this.#world.events.map(({ afterSeconds }) => this.#origin + afterSeconds * 1000);
    const left = times.filter((at) => at > this.#delivered);
    return left.length === 0 ? undefined : new Date(Math.min(...left));
  }

  /** Those from the last call up to now. */
  due(now: Date): Due[] {
    const from = this.#delivered;
    this.#delivered = Math.max(from, now.getTime());
    return this.#world.events
      .map((delivery, place) => ({ at: this.#origin + delivery.afterSeconds * 1000, place, delivery }))
      .filter(({ at }) => at > from && at <= now.getTime())
      .toSorted((a, b) => a.at - b.at);
  }
}

/** A given event with what EventBridge adds: id, time, account and Region. */
export const completeEvent = (event: GivenEvent, { at, place }: Pick<Due, 'at' | 'place'>, world: World): BusEvent => {
  const { account, region } = world;
  const origin = Date.parse(world.now);
  return {
    ...event,
    id: event.id ?? uuid(`${account}/${event.source}/${place}/${at}`),
    account: event.account ?? account,
    region: event.region ?? region,
    time: timeOf(event.time, origin) ?? seconds(at),
    detail: withTimes(event.detail, origin),
  };
};

const timeOf = (given: string | undefined, origin: number): string | undefined =>
  given !== undefined && Offset.safeParse(given).success ? seconds(origin + offsetMs(given)) : given;

/** A time as EventBridge writes it: 2026-11-20T09:26:20Z. */
const seconds = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
