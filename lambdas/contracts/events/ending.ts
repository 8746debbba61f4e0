import * as z from 'zod';
import { Conclusion, Outcome } from '../conclusion.ts';
import type { EventTable } from './table.ts';

const Verdict = z.strictObject({ verifier: z.string(), holds: z.boolean(), reason: z.string() });

/** What can be said of how an incident ended. */
export const ENDING = {
  'conclusion.reviewed': {
    says: 'Verifiers looked over the trace before a conclusion was accepted.',
    data: z.strictObject({ conclusion: Conclusion.nullable(), verdicts: z.array(Verdict), accepted: z.boolean() }),
  },
  'escalation.asked': {
    says: 'The agent asks for a human.',
    data: z.strictObject({ reason: z.string() }),
  },
  'harness.failed': {
    says: 'A step of the harness failed beyond its retries.',
    data: z.strictObject({ error: z.string(), cause: z.string() }),
  },
  'people.notified': {
    says: 'A message left for people, or failed to.',
    data: z.strictObject({
      about: z.string(),
      to: z.array(z.string()),
      sent: z.boolean(),
      error: z.string().nullable(),
      /** Of a broken change freeze: the question that was answered so. */
      question: z.string().optional(),
    }),
  },
  'incident.closed': {
    says: 'The end of the incident, with its totals.',
    data: z.strictObject({
      outcome: Outcome,
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
    says: 'The head of the chain, signed. Nothing can follow.',
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
