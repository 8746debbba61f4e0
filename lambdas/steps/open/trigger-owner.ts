import * as z from 'zod';
import type { BusEvent } from '../../contracts/alarm.ts';

/** An event that somebody sent by hand, with their name in it. */
const Asked = z.object({ requestedBy: z.string().min(1) });
/** A CloudTrail event on the bus: who made the call. The session of an assumed role is the person, not the role. */
const Called = z.object({ userIdentity: z.object({ arn: z.string().min(1) }) });

/**
 * Who caused an event, read off the event itself: the name in `requestedBy`, or the last part of the caller's ARN (a
 * user's name, or the session name of an assumed role, which is the e-mail address under IAM Identity Center).
 * Undefined for alarms. Pure.
 */
export const triggerOwnerOf = ({ detail }: BusEvent): string | undefined => {
  const asked = Asked.safeParse(detail);
  if (asked.success) return asked.data.requestedBy;
  const called = Called.safeParse(detail);
  return called.success ? called.data.userIdentity.arn.split('/').at(-1) : undefined;
};
