import { INSTANCE_TYPES } from '../catalogue.ts';
import { alarmProblems } from './alarm-check.ts';
import type { Answer } from './answers.ts';
import type { Drift } from './faults.ts';
import type { WorldAlarm } from './monitoring.ts';
import type { WorldProblem } from './problem.ts';

interface CheckedWorld {
  readonly region: string;
  readonly instanceTypes: Readonly<Record<string, unknown>>;
  readonly instances: readonly { id: string; type: string; zone: string; memberOf?: string | undefined }[];
  readonly groups: readonly {
    name: string;
    instanceType: string;
    zones: readonly string[];
    min: number;
    max: number;
    desired: number;
  }[];
  readonly metrics: readonly { responseTime?: { of: string } | undefined }[];
  readonly alarms: readonly WorldAlarm[];
  readonly noCapacity: readonly { type: string; zone: string }[];
  readonly events: readonly { alarm?: string | undefined }[];
  readonly answers: readonly Answer[];
  readonly faults: readonly { set?: Drift | undefined }[];
}

/** Finds every name that refers to nothing, and every impossible number. */
export const crossCheck = (world: CheckedWorld): WorldProblem[] => {
  const types = new Set([...INSTANCE_TYPES.keys(), ...Object.keys(world.instanceTypes)]);
  const instances = new Set(world.instances.map((instance) => instance.id));
  const groups = new Set(world.groups.map((group) => group.name));
  const alarms = new Set(world.alarms.map((alarm) => alarm.name));
  const found: WorldProblem[] = [];
  const expectThat = (holds: boolean, path: WorldProblem['path'], message: string): void => {
    if (!holds) found.push({ path, message });
  };
  const type = (name: string, path: WorldProblem['path']): void =>
    expectThat(types.has(name), path, 'a built-in instance type (t3, m6i, c6i, r6i, m7g) or one of instanceTypes');
  const zone = (name: string, path: WorldProblem['path']): void =>
    expectThat(
      new RegExp(`^${world.region}[a-f]$`).test(name),
      path,
      `an Availability Zone of ${world.region}, such as ${world.region}a`,
    );

  world.instances.forEach((instance, n) => {
    type(instance.type, ['instances', n, 'type']);
    zone(instance.zone, ['instances', n, 'zone']);
    expectThat(
      instance.memberOf === undefined || groups.has(instance.memberOf),
      ['instances', n, 'memberOf'],
      oneOf(groups, 'groups'),
    );
  });
  world.groups.forEach((group, n) => {
    type(group.instanceType, ['groups', n, 'instanceType']);
    group.zones.forEach((name, z) => zone(name, ['groups', n, 'zones', z]));
    expectThat(
      group.min <= group.desired && group.desired <= group.max,
      ['groups', n, 'desired'],
      `a number from min (${group.min}) to max (${group.max})`,
    );
  });
  world.metrics.forEach(({ responseTime: follows }, n) => {
    const known = follows === undefined || instances.has(follows.of) || groups.has(follows.of);
    expectThat(known, ['metrics', n, 'responseTime', 'of'], 'an instance id or a group name of this world');
  });
  world.noCapacity.forEach((shortage, n) => {
    type(shortage.type, ['noCapacity', n, 'type']);
    zone(shortage.zone, ['noCapacity', n, 'zone']);
  });
  world.events.forEach(({ alarm }, n) =>
    expectThat(alarm === undefined || alarms.has(alarm), ['events', n, 'alarm'], oneOf(alarms, 'alarms')),
  );
  world.faults.forEach(({ set }, n) => {
    if (set?.instance !== undefined)
      expectThat(instances.has(set.instance), ['faults', n, 'set', 'instance'], oneOf(instances, 'instances'));
    if (set?.group !== undefined)
      expectThat(groups.has(set.group), ['faults', n, 'set', 'group'], oneOf(groups, 'groups'));
    if (set?.type !== undefined) type(set.type, ['faults', n, 'set', 'type']);
  });
  return [...found, ...alarmProblems(world.alarms), ...stateProblems(world.answers)];
};

/** A state that nothing sets is a slip: the line would never answer. */
const stateProblems = (answers: readonly Answer[]): WorldProblem[] => {
  const known = new Set(
    answers.flatMap(({ set = {} }) => Object.entries(set).map(([name, value]) => `${name}: ${value}`)),
  );
  return answers.flatMap(({ when = {} }, n) =>
    Object.entries(when)
      .filter(([name, value]) => !known.has(`${name}: ${value}`))
      .map(([name]) => ({
        path: ['answers', n, 'when', name],
        message: oneOf(known, 'states that a line of answers: sets'),
      })),
  );
};

const oneOf = (names: ReadonlySet<string>, what: string): string =>
  names.size === 0
    ? `nothing: this world has no ${what}`
    : `one of the ${what} of this world: ${[...names].join(', ')}`;
