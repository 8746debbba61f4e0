import * as z from 'zod';
import { contractBroken } from '../contracts/errors.ts';

const ScheduledEvent = z.object({ source: z.literal('aws.events'), 'detail-type': z.literal('Scheduled Event') });

/** Throws unless a schedule of EventBridge sent this event. */
export const assertScheduled = (event: unknown): void => {
  const scheduled = ScheduledEvent.safeParse(event);
  if (!scheduled.success) throw contractBroken(`This is not a scheduled event: ${scheduled.error.message}`);
};
