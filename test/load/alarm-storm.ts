import { shuffled, type Random } from './random.ts';
import type { LoadFixture } from './fixture.ts';
import { inspectIncident } from './inspection.ts';
import type { LoadOptions } from './options.ts';
import { AlarmSource } from './alarm-source.ts';
import { scriptFor, loadTarget, slowModel, loadWorld } from './worlds.ts';
import { latencySummary, type LatencySummary } from './latency.ts';
import type { TraceMeter } from './trace-meter.ts';

/** Results of the phase that opens many incidents at once. */
export interface StormResult {
  readonly deliveries: number;
  readonly redeliveries: number;
  readonly copies: number;
  readonly copiesCounted: number;
  readonly opened: number;
  readonly closedInOrder: number;
  readonly seconds: number;
  readonly events: number;
  readonly toProposal: LatencySummary;
  readonly toClose: LatencySummary;
  readonly problems: readonly string[];
}

/** The event id of the first delivery of a target's alarm. */
export const firstEventId = (index: number): string => `first-${index}`;

type Delivery = { readonly target: number; readonly id: string };

const copyEventId = (index: number, copy: number): string => `copy-${index}-${copy}`;

/** One event for every target, and duplicates for random targets: alternately the same event again and a new event. */
const deliveriesOf = ({ incidents, duplicates }: LoadOptions, random: Random): Delivery[] => {
  const firsts = Array.from({ length: incidents }, (_, target) => ({ target, id: firstEventId(target) }));
  const more = Array.from({ length: duplicates }, (_, copy) => {
    const target = Math.floor(random() * incidents);
    return { target, id: copy % 2 === 0 ? firstEventId(target) : copyEventId(target, copy) };
  });
  return shuffled([...firsts, ...more], random);
};

/** Checks one target: it must have exactly one incident, closed as expected, with every copy counted. */
const inspectTarget = async (
  fixture: LoadFixture,
  { opened }: AlarmSource,
  index: number,
  deliveries: readonly Delivery[],
) => {
  const [incidentId] = opened;
  if (incidentId === undefined || opened.size > 1)
    return { copies: 0, inOrder: false, problems: [`Target ${index} has ${opened.size} incidents instead of one.`] };
  const { copies, problems } = await inspectIncident(fixture.faultFreeLedger, incidentId, 'healed');
  const delivered = new Set(deliveries.filter(({ target }) => target === index).map(({ id }) => id)).size - 1;
  const miscounted =
    copies === delivered ? [] : [`Incident ${incidentId} counts ${copies} copies; ${delivered} were delivered.`];
  return { copies, inOrder: problems.length === 0, problems: [...problems, ...miscounted] };
};

const alarmSources = (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  { incidents, alarms, faults, latency }: LoadOptions,
): AlarmSource[] =>
  Array.from({ length: incidents }, (_, index) => {
    const target = loadTarget(index, alarms);
    const model = slowModel(scriptFor(target, index, faults), latency, fixture.random);
    return new AlarmSource(fixture, traceMeter, target, loadWorld(target, index, faults), model);
  });

/** Opens all incidents at once and waits until each of them has ended. */
export const runStorm = async (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  options: LoadOptions,
): Promise<StormResult> => {
  const sources = alarmSources(fixture, traceMeter, options);
  const deliveries = deliveriesOf(options, fixture.random);
  traceMeter.begin();
  const failures = await Promise.all(deliveries.map(async ({ target, id }) => sources[target]?.deliver(id)));
  const { seconds, events } = traceMeter;

  const found: Awaited<ReturnType<typeof inspectTarget>>[] = [];
  for (const [index, source] of sources.entries()) found.push(await inspectTarget(fixture, source, index, deliveries));
  const fresh = new Set(deliveries.map(({ id }) => id)).size;
  return {
    deliveries: deliveries.length,
    redeliveries: deliveries.length - fresh,
    copies: fresh - options.incidents,
    copiesCounted: found.reduce((sum, { copies }) => sum + copies, 0),
    opened: traceMeter.incidents.length,
    closedInOrder: found.filter(({ inOrder }) => inOrder).length,
    seconds,
    events,
    toProposal: latencySummary(traceMeter.durations('proposed')),
    toClose: latencySummary(traceMeter.durations('closed')),
    problems: [...failures.filter((failure) => failure !== undefined), ...found.flatMap(({ problems }) => problems)],
  };
};
