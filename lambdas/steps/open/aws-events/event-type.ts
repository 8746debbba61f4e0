import type * as z from 'zod';
import type { BusEvent } from '../../../contracts/alarm.ts';
import type { Json } from '../../../contracts/json.ts';

/** What an event says about its subject. Title and cause are the sender's words; the caller bounds them. */
export interface EventReading {
  readonly title: string;
  /** What the event itself says is wrong; empty if it says nothing. */
  readonly cause: string;
  readonly link: string | null;
  /** What stays the same when the same thing is reported again. Account, Region and source are added to it. */
  readonly key: readonly Json[];
}

/** Reads an event of one source and certain types. Undefined: its detail is not of the documented form. */
export interface EventType {
  readonly source: string;
  readonly types: readonly string[];
  readonly read: (event: BusEvent) => EventReading | undefined;
}

/** An event type by the schema of its detail. An event whose detail does not fit is read like one of an unknown type. */
export const eventType = <Detail>(
  source: string,
  types: readonly string[],
  detail: z.ZodType<Detail>,
  read: (detail: Detail, event: BusEvent) => EventReading,
): EventType => ({
  source,
  types,
  read: (event) => {
    const parsed = detail.safeParse(event.detail);
    return parsed.success ? read(parsed.data, event) : undefined;
  },
});
