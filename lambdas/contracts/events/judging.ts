import * as z from 'zod';
import { Facts } from '../facts.ts';
import { Json, JsonObject } from '../json.ts';
import { Check, Statement, Trip } from '../checks.ts';
import { DryRunCheck, Plan, PlanDigest, Target } from '../plan.ts';
import type { EventTable } from './table.ts';

const Judged = {
  checks: z.array(Check),
  facts: Facts,
  statements: z.array(Statement),
  /** The policy that trips the target's breaker, if one did. */
  trips: Trip.nullable(),
};

/** What can be said of a proposal and of the plan that it became. */
export const JUDGING = {
  'proposal.judged': {
    says: 'A change call was held to schema, allowlist, facts and policy.',
    data: z.strictObject({
      toolUseId: z.string(),
      tool: z.string(),
      input: Json,
      target: Target.nullable(),
      before: Json,
      after: Json,
      ...Judged,
      verdict: z.enum(['permitted', 'refused']),
    }),
  },
  'dry-run.finished': {
    says: 'The dry run either made a plan with a digest, reported back to the model, or showed that the change would not work.',
    data: z.discriminatedUnion('made', [
      z.strictObject({ made: z.literal(true), handle: z.string(), digest: PlanDigest, plan: Plan }),
      z.strictObject({
        made: z.literal(false),
        tool: z.string(),
        input: JsonObject,
        checks: z.array(DryRunCheck),
        reason: z.string(),
      }),
    ]),
  },
  'plan.judged': {
    says: 'A confirmed plan was held to policy again, now with the facts of its dry run.',
    data: z.strictObject({
      handle: z.string(),
      digest: PlanDigest.nullable(),
      ...Judged,
      verdict: z.enum(['refused', 'needs-approval', 'unattended']),
      approvalsNeeded: z.int(),
      /** What the change calendar says, where it says no: then an approval has to break the glass. */
      freeze: z.string().optional(),
    }),
  },
} as const satisfies EventTable;
