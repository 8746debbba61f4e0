import * as z from 'zod';
import { Facts } from '../facts.ts';
import { Heading } from '../heading.ts';
import { Json, JsonObject } from '../json.ts';
import { Check, Statement, Trip } from '../checks.ts';
import { DryRunCheck, Plan, PlanDigest, Target } from '../plan.ts';
import type { EventTable } from './table.ts';

const DecisionFields = {
  checks: z.array(Check),
  facts: Facts,
  statements: z.array(Statement),
  /** The policy that trips the target's breaker, if one did. */
  trips: Trip.nullable(),
};

/** Events of a proposal and the plan that is made from it. */
export const AUTHORIZATION_EVENTS = {
  'proposal.judged': {
    summary: 'A change call was checked against schema, allowlist, facts and policy.',
    data: z.strictObject({
      toolUseId: z.string(),
      tool: z.string(),
      /** What the tool does, as its manifest has it. Absent: none, no known target, or an event of an earlier version. */
      heading: Heading.optional(),
      input: Json,
      target: Target.nullable(),
      before: Json,
      after: Json,
      ...DecisionFields,
      verdict: z.enum(['permitted', 'refused']),
      /** What helps where policy refuses it, by its tool: a patch to commit elsewhere, for example. */
      instead: z.string().optional(),
    }),
  },
  'dry-run.finished': {
    summary:
      'The dry run either made a plan with a digest, reported back to the model, or showed that the change would not work.',
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
    summary: 'A confirmed plan was checked against policy again, now with the facts of its dry run.',
    data: z.strictObject({
      handle: z.string(),
      digest: PlanDigest.nullable(),
      ...DecisionFields,
      verdict: z.enum(['refused', 'needs-approval', 'unattended']),
      approvalsNeeded: z.int(),
      /** The reason of the change freeze, if there is one: then only a break-glass approval counts. */
      freeze: z.string().optional(),
      /** The shipped policies that the rules of this decision switch off, with the reasons of the settings. Absent: none. */
      policiesOff: z.array(z.strictObject({ id: z.string(), reason: z.string() })).optional(),
    }),
  },
} as const satisfies EventTable;
