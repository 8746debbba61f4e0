import * as z from 'zod';

/** The further alarms of a case: which there are, and when their events are delivered. */

/** On the instance of the first alarm; on five other instances, as one storm; a composite with its children; a node of a cluster with workloads. */
export const STORM_ALARMS = [
  'disk',
  'disk-brief',
  'disk-flaps',
  'swap-1',
  'swap-2',
  'swap-3',
  'swap-4',
  'swap-5',
  'service',
  'child-1',
  'child-2',
  'child-brief',
  'node-1',
  'node-2',
  'pods-1',
  'pods-2',
  'pods-3',
] as const;

/**
 * When an event is delivered, `gap` such moments after the one before: at the start, after any recorded entry, when Close is
 * entered, when an incident has given its key back, when its close has looked at what had joined, when it is closed.
 */
export const ARRIVAL_MOMENTS = ['start', 'any', 'closing', 'freed', 'looked', 'closed'] as const;

/** The event of an alarm. `then`: as it was when the case began; `now`: of its newest change of state. */
export const Arrival = z.strictObject({
  alarm: z.enum(STORM_ALARMS),
  on: z.enum(ARRIVAL_MOMENTS),
  gap: z.int().nonnegative(),
  says: z.enum(['then', 'now']),
  /** Under an id of its own, so that it is no further delivery of an event that came before. */
  copy: z.boolean(),
});
export type Arrival = z.infer<typeof Arrival>;
