import * as fc from 'fast-check';
import { oneOf } from './generate-turns.ts';
import { ARRIVAL_MOMENTS, STORM_ALARMS, type Arrival } from './storm.ts';

/** Generates the further alarms of a case. */

const arrivals = (
  alarms: readonly Arrival['alarm'][],
  moments: readonly Arrival['on'][],
  longestGap: number,
): fc.Arbitrary<Arrival> =>
  fc.record({
    alarm: fc.constantFrom(...alarms),
    on: fc.constantFrom(...moments),
    gap: fc.nat(longestGap),
    says: oneOf<Arrival['says']>([3, fc.constant('then')], [1, fc.constant('now')]),
    copy: oneOf([4, fc.constant(false)], [1, fc.constant(true)]),
  });

const list = (one: fc.Arbitrary<Arrival>, maxLength: number): fc.Arbitrary<Arrival[]> =>
  fc.array(one, { minLength: 1, maxLength });
const alike = (prefix: string): Arrival['alarm'][] => STORM_ALARMS.filter((name) => name.startsWith(prefix));

/** Five instances at once; then some of them later. */
const group = fc
  .tuple(fc.shuffledSubarray(alike('swap'), { minLength: 3 }), fc.array(arrivals(alike('swap'), ['any', 'freed'], 30)))
  .map(([first, later]): Arrival[] => [
    ...first.map((alarm): Arrival => ({ alarm, on: 'start', gap: 0, says: 'then', copy: false })),
    ...later.slice(0, 2),
  ]);

const cluster = [...alike('node'), ...alike('pods')];

/** Usually none: each may be an investigation of its own. */
export const storms: fc.Arbitrary<Arrival[]> = oneOf<Arrival[]>(
  [12, fc.constant([])],
  [2, list(arrivals(STORM_ALARMS, ARRIVAL_MOMENTS, 20), 4)],
  [2, list(arrivals(alike('disk'), ['start', 'any'], 20), 3)],
  [1, list(arrivals(['service', ...alike('child')], ['start', 'any'], 5), 4)],
  [2, list(arrivals(alike('disk'), ['closing', 'freed', 'looked', 'closed'], 0), 3)],
  [1, group],
  [1, list(arrivals(cluster, ['start', 'any', 'freed'], 10), 5)],
);
