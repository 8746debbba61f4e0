import { shuffled, type Chance } from './chance.ts';
import type { LoadFixture } from './fixture.ts';
import { inspect } from './inspection.ts';
import type { LoadOptions } from './options.ts';
import { AlarmHost } from './host.ts';
import { scriptFor, loadTargetAt, slowModel, loadWorldOf } from './worlds.ts';
import { loadSummaryOf, type Summary } from './summary.ts';
import type { TraceMeter } from './trace-watch.ts';

/** What came of opening many incidents at once. */
export interface StormResult {
  readonly deliveries: number;
  readonly redeliveries: number;
  readonly copies: number;
  readonly copiesCounted: number;
  readonly opened: number;
  readonly closedInOrder: number;
  readonly seconds: number;
  readonly events: number;
  readonly toProposal: Summary;
  readonly toClose: Summary;
  readonly problems: readonly string[];
}

/** The id under which the alarm of a site arrives first. */
export const firstId = (index: number): string => `first-${index}`;

type Delivery = { readonly place: number; readonly id: string };

const copyId = (index: number, copy: number): string => `copy-${index}-${copy}`;

/** Every site once, and duplicates of random sites: even ones the same event again, odd ones a fresh event. */
const deliveriesOf = ({ incidents, duplicates }: LoadOptions, chance: Chance): Delivery[] => {
  const firsts = Array.from({ length: incidents }, (_, place) => ({ place, id: firstId(place) }));
  const more = Array.from({ length: duplicates }, (_, copy) => {
    const place = Math.floor(chance() * incidents);
    return { place, id: copy % 2 === 0 ? firstId(place) : copyId(place, copy) };
  });
  return shuffled([...firsts, ...more], chance);
};

/** What became of one site: one incident, closed in order, with every copy counted. */
const inspectPlace = async (
  fixture: LoadFixture,
  { opened }: AlarmHost,
  index: number,
  deliveries: readonly Delivery[],
) => {
  const [incidentId] = opened;
  if (incidentId === undefined || opened.size > 1)
    return { copies: 0, inOrder: false, problems: [`Site ${index} has ${opened.size} incidents instead of one.`] };
  const { copies, problems } = await inspect(fixture.truth, incidentId, 'healed');
  const delivered = new Set(deliveries.filter(({ place }) => place === index).map(({ id }) => id)).size - 1;
  const miscounted =
    copies === delivered ? [] : [`Incident ${incidentId} counts ${copies} copies; ${delivered} were delivered.`];
  return { copies, inOrder: problems.length === 0, problems: [...problems, ...miscounted] };
};

const placesOf = (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  { incidents, alarms, faults, latency }: LoadOptions,
): AlarmHost[] =>
  Array.from({ length: incidents }, (_, index) => {
    const target = loadTargetAt(index, alarms);
    const model = slowModel(scriptFor(target, index, faults), latency, fixture.chance);
    return new AlarmHost(fixture, traceMeter, target, loadWorldOf(target, index, faults), model);
  });

/** Opens all incidents at once, and sees each of them to its end. */
export const storm = async (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  options: LoadOptions,
): Promise<StormResult> => {
  const places = placesOf(fixture, traceMeter, options);
  const deliveries = deliveriesOf(options, fixture.chance);
  traceMeter.begin();
  const failures = await Promise.all(deliveries.map(async ({ place, id }) => places[place]?.deliver(id)));
  const { seconds, events } = traceMeter;

  const found: Awaited<ReturnType<typeof inspectPlace>>[] = [];
  for (const [index, place] of places.entries()) found.push(await inspectPlace(fixture, place, index, deliveries));
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
    toProposal: loadSummaryOf(traceMeter.times('proposed')),
    toClose: loadSummaryOf(traceMeter.times('closed')),
    problems: [...failures.filter((failure) => failure !== undefined), ...found.flatMap(({ problems }) => problems)],
  };
};
