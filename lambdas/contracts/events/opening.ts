import * as z from 'zod';
import { Alarm } from '../alarm.ts';
import { Outcome } from '../conclusion.ts';
import { DoctorRun } from '../doctor-run.ts';
import { Json } from '../json.ts';
import { RecordedSubject } from '../subject.ts';
import type { EventTable } from './table.ts';

/** Events that open an incident, or say why none was opened. */
export const OPENING_EVENTS = {
  'incident.opened': {
    summary: 'An event became an incident: its agent, its subject, the position of the kill switch.',
    data: z.strictObject({
      eventId: z.string(),
      execution: z.string(),
      source: z.string(),
      detailType: z.string(),
      time: z.string(),
      stormKey: z.string(),
      agent: z.string(),
      model: z.string(),
      /** What the incident is about. Openings of earlier versions have `alarm` instead; `subjectOf` reads both. */
      subject: RecordedSubject.optional(),
      alarm: Alarm.nullable().optional(),
      detail: Json,
      /** Of the detail as it came, if part of it was left out: the SHA-256 and the length of its JSON in bytes. */
      wholeDetail: z.strictObject({ sha256: z.string(), bytes: z.int() }).optional(),
      switch: z.string(),
      rulesHash: z.string(),
      /** The closed incident that this alarm had joined, if that one's end opened this incident. */
      follows: z.string().optional(),
      /** Closed incidents whose remaining joined alarms the close of this one looks at. */
      adopts: z.array(z.string()).optional(),
      /** Who triggered the event, if it says so. That person cannot approve a change of this incident. */
      triggeredBy: z.string().optional(),
      /** The daily ceiling that this incident exceeds. It gets its first look, then goes to a human. */
      overCeiling: z.strictObject({ which: z.string(), limit: z.int(), reason: z.string() }).optional(),
      /** What of the event was cleaned or bounded before it could be recorded, if anything was. */
      cleaned: z.array(z.string()).optional(),
    }),
  },
  'incident.attached': {
    summary: 'Another copy of the event arrived while the incident was open, or another alarm joined the incident.',
    data: z.strictObject({
      eventId: z.string(),
      /** Its number among the events of this kind on the trace. */
      copy: z.int(),
      /** Earlier versions attached copies only, and did not say so. */
      why: z.enum(['copy', 'resource', 'composite', 'storm']).optional(),
      /** The alarm that joined; absent for a copy. */
      alarm: z.strictObject({ arn: z.string(), name: z.string() }).optional(),
      /** Why it joined, in the harness's words. */
      says: z.string().optional(),
      /** What in the text of the alarm looks like an attempt to instruct the agent, if anything does. */
      suspicions: z.array(z.string()).optional(),
    }),
  },
  'incident.refused': {
    summary:
      'No incident was opened: no agent takes the event, it is an alarm that is not in ALARM, or the switch is off.',
    data: z.strictObject({
      eventId: z.string(),
      outcome: Outcome,
      reason: z.string(),
      detail: Json,
      cleaned: z.array(z.string()).optional(),
      /** Set for a run of `checkrein doctor`: each model is asked for one token, then the trace is closed. */
      doctor: DoctorRun.optional(),
    }),
  },
} as const satisfies EventTable;
