import * as z from 'zod';
import { Alarm } from '../alarm.ts';
import { Outcome } from '../conclusion.ts';
import { Json } from '../json.ts';
import type { EventTable } from './table.ts';

/** What can be said of how an incident began, or why it did not. */
export const OPENING = {
  'incident.opened': {
    says: 'An event became an incident: who takes it, what is known about the alarm, where the switch stands.',
    data: z.strictObject({
      eventId: z.string(),
      execution: z.string(),
      source: z.string(),
      detailType: z.string(),
      time: z.string(),
      stormKey: z.string(),
      agent: z.string(),
      model: z.string(),
      alarm: Alarm.nullable(),
      detail: Json,
      switch: z.string(),
      rulesHash: z.string(),
      /** Who made the event happen, where it says so. Never an approver of what comes of it. */
      triggeredBy: z.string().optional(),
      /** The ceiling of the day that this incident is above. It gets its first look, and then goes to a human. */
      overCeiling: z.strictObject({ which: z.string(), limit: z.int(), reason: z.string() }).optional(),
    }),
  },
  'incident.attached': {
    says: 'Another copy of the alarm arrived while the incident was open.',
    data: z.strictObject({ eventId: z.string(), copy: z.int() }),
  },
  'incident.refused': {
    says: 'An event was not taken up: no agent takes it, it is not an alarm, or the switch is off.',
    data: z.strictObject({ eventId: z.string(), outcome: Outcome, reason: z.string(), detail: Json }),
  },
} as const satisfies EventTable;
