import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { SECONDS, type Fleet } from './fleet.ts';
import { uuid } from './uuid.ts';
import type { World } from './world/world.ts';

/** The current state of an Auto Scaling group. */
export interface SimulatedGroup {
  readonly name: string;
  readonly instanceType: string;
  readonly zones: readonly string[];
  readonly cooldownSeconds: number;
  readonly tags: Record<string, string>;
  /** Fields of AWS's answer that somebody has changed, as AWS spells them. */
  readonly fields: JsonObject;
  min: number;
  max: number;
  desired: number;
}

/** The launch or termination of one instance, for DescribeScalingActivities. */
export interface Activity {
  readonly id: string;
  readonly group: string;
  readonly zone: string;
  readonly description: string;
  readonly cause: string;
  readonly start: number;
  readonly end: number;
  /** AWS's message when it failed. */
  readonly failure: string | undefined;
}

/** The Auto Scaling groups. They launch and terminate instances to reach the desired capacity. */
export class Groups {
  readonly groups: ReadonlyMap<string, SimulatedGroup>;
  readonly activities: Activity[] = [];
  readonly #fleet: Fleet;
  readonly #outOfCapacity: (type: string, zone: string) => string | undefined;
  readonly #launches = new Map<string, number>();

  constructor(world: World, fleet: Fleet, outOfCapacity: (type: string, zone: string) => string | undefined) {
    this.#fleet = fleet;
    this.#outOfCapacity = outOfCapacity;
    this.groups = new Map(world.groups.map((group) => [group.name, { ...group, tags: { ...group.tags }, fields: {} }]));
  }

  /** When the group last started or stopped an instance. */
  lastActivity(group: string): number | undefined {
    return this.activities.findLast((activity) => activity.group === group)?.start;
  }

  /** Sets the desired capacity, and launches or terminates instances to reach it. */
  scale(group: SimulatedGroup, desired: number, now: number, why: string): void {
    const iso = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    const cause = `At ${iso} ${why} changing the desired capacity from ${group.desired} to ${desired}.`;
    group.desired = desired;
    const members = this.#fleet.membersAt(group.name, now);
    for (let n = members.length; n < desired; n++) {
      const step = `At ${iso} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${n} to ${n + 1}.`;
      this.#launch(group, now, `${cause} ${step}`);
    }
    // AWS's default policy starts in the fullest zone with the oldest template; here, with the newest instance.
    for (const [n, instance] of members.slice(desired).reverse().entries()) {
      const left = members.length - n;
      this.#fleet.transition(instance, now, 'shutting-down', SECONDS.terminate, 'terminated');
      this.#record({
        group,
        zone: instance.zone,
        now,
        seconds: SECONDS.terminate,
        description: `Terminating EC2 instance: ${instance.id}`,
        cause: `${cause} At ${iso} instance ${instance.id} was selected for termination, shrinking the capacity from ${left} to ${left - 1}.`,
      });
    }
  }

  #launch(group: SimulatedGroup, now: number, cause: string): void {
    const nth = this.#launches.get(group.name) ?? 0;
    this.#launches.set(group.name, nth + 1);
    // Zones are used in rotation. One without capacity is skipped.
    const turns = group.zones.map((_, n) => group.zones[(nth + n) % group.zones.length] ?? '');
    const zone = turns.find((name) => this.#outOfCapacity(group.instanceType, name) === undefined);
    if (zone === undefined) {
      const failure = `${this.#outOfCapacity(group.instanceType, turns[0] ?? '') ?? ''} Launching EC2 instance failed.`;
      const description = `Launching a new EC2 instance.  Status Reason: ${failure}`;
      this.#record({ group, zone: turns[0] ?? '', now, seconds: 0, description, cause }, failure);
      return;
    }
    const instance = this.#fleet.launch({ ...group, zones: [zone] }, 10_000 + nth, now, SECONDS.launch);
    const description = `Launching a new EC2 instance: ${instance.id}`;
    this.#record({ group, zone, now, seconds: SECONDS.launch, description, cause });
  }

  #record(
    {
      group,
      zone,
      now,
      seconds,
      description,
      cause,
    }: { group: SimulatedGroup; zone: string; now: number; seconds: number; description: string; cause: string },
    failure?: string,
  ): void {
    const id = uuid(`${group.name}/activity/${this.activities.length}`);
    this.activities.push({
      id,
      group: group.name,
      zone,
      description,
      cause,
      start: now,
      end: now + seconds * 1000,
      failure,
    });
  }
}
