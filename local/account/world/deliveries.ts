import * as z from 'zod';
import { BusEvent } from '../../../lambdas/contracts/alarm.ts';
import { BOUNDS } from './bounds.ts';
import { Offset } from './time.ts';
import { timedJson } from './timed-json.ts';

const isTime = (text: string): boolean => Offset.safeParse(text).success || BusEvent.shape.time.safeParse(text).success;

/** An event of EventBridge. What is left out is filled in when it is delivered. */
const GivenEvent = z.strictObject({
  version: z.literal('0').default('0'),
  id: BusEvent.shape.id.optional(),
  source: BusEvent.shape.source,
  'detail-type': BusEvent.shape['detail-type'],
  account: BusEvent.shape.account.optional().describe('Default: the account of the world.'),
  region: BusEvent.shape.region.optional().describe('Default: the Region of the world.'),
  time: z
    .string()
    .refine(isTime, 'a UTC time such as 2026-11-20T09:26:00Z, or one relative to now such as -15m')
    .optional()
    .describe('Default: the moment of its delivery.'),
  resources: z.array(z.string()).default([]),
  detail: timedJson(BOUNDS.eventBytes).describe('${-5m} in a text is a time relative to now.'),
});
export type GivenEvent = z.infer<typeof GivenEvent>;

/** An event that the bus delivers during the incident, or after it. */
export const Delivery = z
  .strictObject({
    afterSeconds: z.number().nonnegative().max(BOUNDS.deliverySeconds),
    alarm: z.string().optional().describe('The alarm whose event is delivered: that of its newest change of state.'),
    state: z
      .enum(['OK', 'ALARM'])
      .optional()
      .describe('The state that the event of the alarm says, also if the alarm is not in it.'),
    event: GivenEvent.optional().describe('A whole event, of any source.'),
  })
  .refine(({ alarm, event }) => (alarm === undefined) !== (event === undefined), {
    error: 'exactly one of alarm, event',
  })
  .refine(({ alarm, state }) => state === undefined || alarm !== undefined, {
    error: 'nothing without an alarm: only the event of an alarm has a state',
    path: ['state'],
  });
export type Delivery = z.infer<typeof Delivery>;
