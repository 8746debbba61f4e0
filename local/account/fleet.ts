import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { sha256 } from '../../lambdas/kernel/trace/canonical.ts';
import { INSTANCE_TYPES, type CatalogueType } from './catalogue.ts';
import { offsetMs, valueAt } from './world/time.ts';
import type { Demand, WorldInstance as InstanceDefinition, World } from './world/world.ts';

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** State and type of an instance from a moment on. It may lie ahead: a stopping instance will be stopped. */
interface Moment {
  readonly at: number;
  readonly state: InstanceState;
  readonly type: string;
}

/** An instance with its past and planned states. */
export interface SimulatedInstance {
  readonly id: string;
  readonly zone: string;
  readonly group: string | undefined;
  readonly demand: Demand;
  readonly checks: InstanceDefinition['statusChecks'];
  readonly tags: Map<string, string>;
  /** Fields of AWS's answer that somebody has changed, as AWS spells them. */
  readonly fields: JsonObject;
  readonly moments: Moment[];
  /** When and how it restarted: a reboot keeps the host, a start may move it. */
  readonly restarts: { at: number; how: 'reboot' | 'start' }[];
  launched: number;
}

/** How long operations take in simulated time: about as long as on AWS, so that stabilization times are realistic. */
export const SECONDS = { stop: 30, start: 45, reboot: 20, launch: 90, terminate: 60, initialize: 60 } as const;

/** The instances of the account: their states, and the load on them, at any moment. */
export class Fleet {
  readonly instances = new Map<string, SimulatedInstance>();
  readonly types: ReadonlyMap<string, CatalogueType>;
  readonly #origin: number;
  readonly #groupDemand: ReadonlyMap<string, Demand>;

  constructor(world: World) {
    this.#origin = Date.parse(world.now);
    this.types = new Map([...INSTANCE_TYPES, ...Object.entries(world.instanceTypes)]);
    this.#groupDemand = new Map(world.groups.map((group) => [group.name, group.demand]));
    for (const definition of world.instances) this.#add(definition);
    for (const group of world.groups) {
      for (let n = this.membersAt(group.name, this.#origin).length; n < group.desired; n++) {
        this.launch(group, n, this.#origin - 86_400_000 * 30, 0);
      }
    }
  }

  #add({ id, zone, memberOf, demand, statusChecks, tags, type, state, launched }: InstanceDefinition): void {
    const at = this.#origin + offsetMs(launched);
    const moments: Moment[] = [{ at, state: 'running', type }];
    if (state === 'stopped') moments.push({ at: at + 1, state, type });
    const grouped = memberOf === undefined ? {} : { 'aws:autoscaling:groupName': memberOf };
    const rest = {
      checks: statusChecks,
      tags: new Map(Object.entries({ ...tags, ...grouped })),
      fields: {},
      restarts: [],
      launched: at,
    };
    this.instances.set(id, { id, zone, group: memberOf, demand, moments, ...rest });
  }

  /** Launches the nth instance of a group; it is in service after `seconds`. */
  launch(
    group: { name: string; instanceType: string; zones: readonly string[]; tags: Readonly<Record<string, string>> },
    n: number,
    at: number,
    seconds: number,
  ): SimulatedInstance {
    const instance: SimulatedInstance = {
      id: `i-0${sha256(`${group.name}/${n}`).slice(0, 16)}`,
      zone: group.zones[n % group.zones.length] ?? '',
      group: group.name,
      demand: { vcpus: 0, memoryGiB: 0 },
      checks: { system: 'ok', instance: 'ok' },
      tags: new Map([...Object.entries(group.tags), ['aws:autoscaling:groupName', group.name]]),
      fields: {},
      moments: [
        { at, state: 'pending', type: group.instanceType },
        { at: at + seconds * 1000, state: 'running', type: group.instanceType },
      ],
      restarts: [],
      launched: at,
    };
    this.instances.set(instance.id, instance);
    return instance;
  }

  /** State and type of an instance at a moment; undefined before its launch. */
  at(instance: SimulatedInstance, time: number): Moment | undefined {
    return instance.moments.findLast((moment) => moment.at <= time);
  }

  /** Puts an instance into a transitional state now, and into its final state after some seconds. */
  transition(
    instance: SimulatedInstance,
    now: number,
    through: InstanceState,
    seconds: number,
    to: InstanceState,
  ): void {
    const type = this.at(instance, now)?.type ?? '';
    const ahead = instance.moments.findIndex((moment) => moment.at > now);
    if (ahead >= 0) instance.moments.splice(ahead);
    instance.moments.push({ at: now, state: through, type }, { at: now + seconds * 1000, state: to, type });
  }

  /** Gives an instance another type from now on. */
  retype(instance: SimulatedInstance, now: number, type: string): void {
    const state = this.at(instance, now)?.state ?? 'stopped';
    const ahead = instance.moments.filter((moment) => moment.at > now);
    instance.moments.splice(instance.moments.length - ahead.length, ahead.length, { at: now, state, type });
    instance.moments.push(...ahead.map((moment) => ({ ...moment, type })));
  }

  /** Instances of a group that are neither terminated nor terminating. */
  membersAt(group: string, time: number): SimulatedInstance[] {
    return [...this.instances.values()].filter((instance) => {
      const state = this.at(instance, time)?.state;
      return instance.group === group && state !== undefined && !/^(shutting-down|terminated)$/.test(state);
    });
  }

  /** Demand and capacity, in vCPUs or GiB, at a moment; undefined while nothing is in service. */
  loadAt(of: string, resource: 'vcpus' | 'memoryGiB', time: number): { demand: number; capacity: number } | undefined {
    const instance = this.instances.get(of);
    const group = instance === undefined ? of : instance.group;
    const demand = group === undefined ? undefined : this.#groupDemand.get(group);
    const serving = (
      group === undefined ? (instance === undefined ? [] : [instance]) : this.membersAt(group, time)
    ).filter((member) => this.at(member, time)?.state === 'running');
    if (serving.length === 0 || (instance !== undefined && !serving.includes(instance))) return undefined;
    const restarts = serving.flatMap((member) => member.restarts.map((restart) => restart.at));
    const restarted = restarts.some((at) => at <= time);
    const load = demand ?? instance?.demand ?? { vcpus: 0, memoryGiB: 0 };
    const series = (restarted ? load.afterRestart?.[resource] : undefined) ?? load[resource];
    const capacity = serving.reduce(
      (sum, member) => sum + (this.types.get(this.at(member, time)?.type ?? '')?.[resource] ?? 0),
      0,
    );
    return { demand: valueAt(series, time - this.#origin), capacity };
  }

  /** Status checks of an instance. A start fixes an impaired host, any restart fixes an impaired instance. */
  checksAt(instance: SimulatedInstance, time: number): { system: string; instance: string } {
    const past = instance.restarts.filter((restart) => restart.at <= time);
    const last = past.at(-1)?.at ?? instance.launched;
    const initializing = time - last < SECONDS.initialize * 1000;
    const moved = past.some((restart) => restart.how === 'start');
    const system = moved ? 'ok' : instance.checks.system;
    const own = system === 'ok' && past.length > 0 ? 'ok' : instance.checks.instance;
    return initializing ? { system: 'initializing', instance: 'initializing' } : { system, instance: own };
  }
}
