import type { Clock } from '../../lambdas/contracts/ports.ts';
import { SimulatedAlarms } from './alarms.ts';
import { Fleet } from './fleet.ts';
import { Groups } from './groups.ts';
import { Metrics, type MoreMetrics } from './metrics.ts';
import { offsetMs } from './world/time.ts';
import type { World } from './world/world.ts';

/** A line of a log group. */
export interface LogLine {
  readonly at: number;
  readonly message: string;
}

/** An event in CloudTrail. */
export interface TrailEntry {
  readonly at: number;
  readonly event: string;
  readonly source: string;
  readonly user: string;
  readonly resources: readonly { type: string; name: string }[];
  readonly request: object;
}

/** Everything that commands read and change. */
export interface State {
  readonly world: World;
  readonly fleet: Fleet;
  readonly groups: Groups;
  readonly metrics: Metrics;
  readonly alarms: SimulatedAlarms;
  readonly trail: TrailEntry[];
  /** Logs Insights queries under way, by id. */
  readonly queries: Map<string, { readonly startedAt: number; stopped: boolean; readonly answer: QueryAnswer }>;
  /** How long the call of now takes to stop or to start an instance; undefined: as long as usual. */
  readonly takesSeconds?: number | undefined;
  now(): number;
  /** AWS's message if a zone has no capacity for a type; undefined if it has. */
  outOfCapacity(type: string, zone: string): string | undefined;
}

/** Result of a Logs Insights query. */
export interface QueryAnswer {
  readonly results: { field: string; value: string }[][];
  readonly matched: number;
  readonly scanned: number;
}

/** The state of the account at the start of the incident. */
export const accountStateOf = (world: World, clock: Clock, more: MoreMetrics): State => {
  const origin = Date.parse(world.now);
  const outOfCapacity = (type: string, zone: string): string | undefined =>
    world.noCapacity.some((shortage) => shortage.type === type && shortage.zone === zone)
      ? noCapacity(world, type, zone)
      : undefined;
  const fleet = new Fleet(world);
  const groups = new Groups(world, fleet, outOfCapacity);
  const metrics = new Metrics(world, fleet, groups, more);
  const trail = world.cloudtrail.map((event) => ({ ...event, at: origin + offsetMs(event.at) }));
  return {
    world,
    fleet,
    groups,
    metrics,
    alarms: new SimulatedAlarms(world, metrics),
    trail,
    queries: new Map(),
    now: () => clock.now().getTime(),
    outOfCapacity,
  };
};

const noCapacity = (world: World, type: string, zone: string): string => {
  const exhausted = world.noCapacity.filter((shortage) => shortage.type === type).map((shortage) => shortage.zone);
  const others = ['a', 'b', 'c'].map((letter) => world.region + letter).filter((name) => !exhausted.includes(name));
  return (
    `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). ` +
    'Our system will be working on provisioning additional capacity. ' +
    `You can currently get ${type} capacity by not specifying an Availability Zone in your request or choosing ${others.join(', ')}.`
  );
};
