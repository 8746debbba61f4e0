import { BusEvent } from '../../lambdas/contracts/alarm.ts';
import * as z from 'zod';
import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import type { Model } from '../../lambdas/contracts/ports.ts';
import type { World } from '../../local/account/world/world.ts';
import type { Laptop } from '../../local/laptop.ts';
import type { LoadFixture } from './fixture.ts';
import { eventWithId, type LoadTarget } from './worlds.ts';
import type { TraceMeter } from './trace-meter.ts';

/** Another alarm of the same account: on another metric, or on another instance. */
export interface OtherAlarm {
  readonly name: string;
  readonly metric?: string;
  readonly instanceId?: string;
}

const Detail = z.looseObject({
  configuration: z.looseObject({
    metrics: z.tuple([
      z.looseObject({
        metricStat: z.looseObject({
          metric: z.looseObject({ name: z.string(), dimensions: z.looseObject({ InstanceId: z.string() }) }),
        }),
      }),
    ]),
  }),
});

const asOther = (event: JsonObject, { name, metric, instanceId }: OtherAlarm): Json => {
  const { configuration, ...detail } = Detail.parse(event['detail']);
  const { account, region } = BusEvent.parse(event);
  const [{ metricStat, ...first }] = configuration.metrics;
  const { name: itsName, dimensions } = metricStat.metric;
  const changed = {
    ...metricStat.metric,
    name: metric ?? itsName,
    dimensions: { InstanceId: instanceId ?? dimensions.InstanceId },
  };
  return JsonObject.parse({
    ...event,
    resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:${name}`],
    detail: {
      ...detail,
      alarmName: name,
      configuration: { ...configuration, metrics: [{ ...first, metricStat: { ...metricStat, metric: changed } }] },
    },
  });
};

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
  async deliver(id: string, other?: OtherAlarm): Promise<string | undefined> {
    try {
      const event = eventWithId(this.#event, id);
      await this.#laptop.deliver(other === undefined ? event : asOther(JsonObject.parse(event), other));
      return undefined;
    } catch (error) {
      return `Event ${id}: its execution failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    }
  }
}
