import * as z from 'zod';
import { Grant } from '../grant.ts';
import { Facts } from '../facts.ts';
import { Json, JsonObject } from '../json.ts';
import { Check, Statement, Trip } from '../checks.ts';
import { PlanDigest } from '../plan.ts';
import type { EventTable } from './table.ts';

/** Events of a change and its result. */
export const CHANGE_EVENTS = {
  'apply.checked': {
    summary:
      'Before a change: kill switch, trace, grant, change calendar, lease, drift, facts, policy, alarm, breakers and rate were checked. Refused means that nothing was changed.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      grantId: z.string().nullable(),
      checks: z.array(Check),
      verdict: z.enum(['allowed', 'refused']),
      /** The facts as they were computed again right before the change. Not for a rollback. */
      facts: Facts.optional(),
      /** The policies that determined what policy said about the change with these facts. */
      statements: z.array(Statement).optional(),
    }),
  },
  'grant.redeemed': {
    summary: 'A grant was used up.',
    data: z.strictObject({
      grantId: z.string(),
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      approvers: z.array(z.string()),
    }),
  },
  'apply.started': {
    summary: 'Written ahead of the first mutating call. No such event, no change.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      grantId: z.string(),
      tool: z.string(),
      input: JsonObject,
      targetArn: z.string(),
      /** Until then this attempt may still be running; it is not resumed earlier. */
      deadline: z.string(),
    }),
  },
  'apply.resumed': {
    summary:
      'An earlier attempt of this change ended without a result, or left it in progress; this one goes on from the real state of the target.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      deadline: z.string(),
      /** The earlier attempt ended with `apply.waiting`; nothing was lost. */
      continues: z.literal(true).optional(),
    }),
  },
  'apply.waiting': {
    summary:
      'AWS has accepted the change and is not done with it. Nothing runs until the time given; then the change is continued.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      until: z.string(),
      /** What is waited for. */
      says: z.string(),
      /** A call got no answer, so nobody knows whether it was made. */
      unanswered: z.literal(true).optional(),
    }),
  },
  'apply.finished': {
    summary: 'The result of the change: applied, failed (nothing or only part of it happened), or unknown.',
    data: z.strictObject({
      digest: PlanDigest,
      purpose: Grant.shape.purpose,
      outcome: z.enum(['applied', 'failed', 'unknown']),
      /** Whether the result was read from the target, because the call gave none. */
      reconciled: z.boolean(),
      state: Json,
      error: z.strictObject({ code: z.string(), says: z.string() }).nullable(),
    }),
  },
  'change.verified': {
    summary: 'Post-condition, guard metrics and, if the subject is an alarm, its state were checked after the change.',
    data: z.strictObject({
      digest: PlanDigest,
      outcome: z.enum(['waiting', 'healed', 'unhealed', 'worse', 'inconclusive']),
      findings: z.array(
        z.strictObject({ name: z.string(), outcome: z.enum(['good', 'bad', 'unknown']), detail: z.string() }),
      ),
      secondsSinceChange: z.int(),
      next: z.enum(['wait', 'rollback', 'report']),
      /** Why the agent's breaker trips, if this change was one too many that did not help. */
      trips: Trip.optional(),
    }),
  },
  'model.told': {
    summary: 'What happened to a confirmed plan, as the model reads it.',
    data: z.strictObject({ about: z.enum(['approval', 'apply', 'verify', 'rollback']), text: z.string() }),
  },
  'breaker.tripped': {
    summary:
      'Changes to a target, or by an agent, stop until a human resets the breaker: a policy that guards it refused, a rollback failed, or change after change did not help.',
    data: z.strictObject({ scope: z.string(), policy: z.string(), reason: z.string() }),
  },
} as const satisfies EventTable;
