import * as z from 'zod';
import { Conclusion, Outcome } from '../conclusion.ts';
import type { EventTable } from './table.ts';

const Verdict = z.strictObject({ verifier: z.string(), holds: z.boolean(), reason: z.string() });

/** Events of the end of an incident. */
export const CLOSING_EVENTS = {
  'conclusion.reviewed': {
    summary: 'Verifiers checked the trace before a conclusion was accepted.',
    data: z.strictObject({
      conclusion: Conclusion.nullable(),
      verdicts: z.array(Verdict),
      accepted: z.boolean(),
      /** Numbers of an accepted conclusion that stand nowhere in the evidence. Statement 0 is the summary, 1 the first claim. */
      numbersNotFound: z.array(z.strictObject({ statement: z.int().nonnegative(), number: z.string() })).optional(),
    }),
  },
  'escalation.asked': {
    summary: 'The agent asks for a human.',
    data: z.strictObject({ reason: z.string() }),
  },
  'harness.failed': {
    summary: 'A step of the harness failed beyond its retries.',
    data: z.strictObject({ error: z.string(), cause: z.string() }),
  },
  'people.notified': {
    summary: 'A message to people was sent, or could not be sent.',
    data: z.strictObject({
      about: z.string(),
      to: z.array(z.string()),
      sent: z.boolean(),
      error: z.string().nullable(),
      /** The message was not sent by itself: it is a line of the next digest. */
      digest: z.literal(true).optional(),
      /** For break-glass: the approval request that was answered so. */
      question: z.string().optional(),
      /** For a link: it was asked for on the approval page, by whoever knew the address. */
      requested: z.literal(true).optional(),
      /** For a receipt: number of the event with the answer. */
      receiptFor: z.int().optional(),
    }),
  },
  'follow-ups.due': {
    summary:
      'At the close, the alarms that had joined the incident were looked at. Those listed are still in ALARM, or nobody knows; each opens an incident of its own.',
    data: z.strictObject({
      /** How many alarms had joined. */
      joined: z.int().nonnegative(),
      due: z.array(
        z.strictObject({
          /** Sort key of the alarm's row in the ledger. */
          part: z.string(),
          /** The incident that the alarm had joined, if this one had adopted it. */
          of: z.string().optional(),
          name: z.string(),
          account: z.string(),
          region: z.string(),
          state: z.enum(['ALARM', 'unknown']),
          /** Why the state is unknown; empty if it is known. */
          says: z.string(),
        }),
      ),
      /** Alarms that may be in ALARM and open no incident, with the reason: at most 20 of them. A person must look. */
      left: z.array(z.strictObject({ name: z.string(), says: z.string() })),
      /** How many those are. */
      leftTotal: z.int().nonnegative(),
      /** Alarms beyond those that one close deals with. The incident of one follow-up adopts them: its close looks at them. */
      passedOn: z
        .strictObject({
          /** Sort key of that follow-up, one of `due`. */
          to: z.string(),
          alarms: z.int().positive(),
          /** The incidents that they had joined; of each, the rows after this sort key. */
          joined: z.array(z.strictObject({ incidentId: z.string(), after: z.string().nullable() })),
        })
        .optional(),
    }),
  },
  'follow-ups.raised': {
    summary: 'The event bus took the follow-ups that were due, except those listed as failed.',
    data: z.strictObject({
      raised: z.int().nonnegative(),
      failed: z.array(z.strictObject({ name: z.string(), says: z.string() })),
    }),
  },
  'incident.closed': {
    summary: 'The end of the incident, with its totals.',
    data: z.strictObject({
      outcome: Outcome,
      /** What happened, in sentences that code made from the trace: people read them first. */
      happened: z.array(z.string()).optional(),
      /** The summary of the agent, which nobody checked; without a conclusion, the reason. */
      summary: z.string(),
      reason: z.string(),
      copies: z.int(),
      turns: z.int(),
      tokens: z.int(),
      costMicroUsd: z.int(),
      seconds: z.int(),
    }),
  },
  'trace.sealed': {
    summary: 'The head of the chain, signed. Nothing can follow.',
    data: z.strictObject({
      head: z.string(),
      events: z.int(),
      algorithm: z.literal('ECDSA_SHA_256'),
      keyId: z.string(),
      publicKey: z.string(),
      signature: z.string(),
    }),
  },
} as const satisfies EventTable;
