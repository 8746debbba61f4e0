import * as z from 'zod';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { BOUNDS } from '../../account/world/bounds.ts';
import { saysWhen } from '../../account/world/fault-parts.ts';
import { ObjectName } from './object-name.ts';

const Match = z.strictObject({
  command: z
    .string({ error: 'a call in the words of RBAC, such as patch deployments' })
    .regex(/^(get|list|create|patch) [a-z]+(\/[a-z]+)?$/, 'a call in the words of RBAC, such as patch deployments'),
  match: JsonObject.optional().describe('A part of the input that the call must have.'),
  dryRun: z.boolean().optional().describe('Only dry runs, or only real calls.'),
  proof: z
    .literal(true)
    .optional()
    .describe('The dry run that begins a change session, which the policy must refuse. Default: the calls of tools.'),
});
export type ClusterMatch = z.infer<typeof Match>;

const Trigger = Match.extend({
  nth: z.int().positive().max(BOUNDS.calls).default(1).describe('Which of these calls.'),
});

/** A change that somebody else makes around a call. */
const ClusterDrift = z
  .strictObject({
    of: ObjectName,
    manager: z.string().min(1).default('kubectl-edit'),
    merge: JsonObject.optional().describe('A strategic merge patch.'),
    recreate: z.literal(true).optional().describe('It is deleted and created again: another UID.'),
    delete: z.literal(true).optional(),
  })
  .refine((set) => [set.merge, set.recreate, set.delete].filter((kind) => kind !== undefined).length === 1, {
    error: 'exactly one of merge, recreate, delete',
  });
export type ClusterDrift = z.infer<typeof ClusterDrift>;

/** A call that fails, or a change that somebody else makes around a call. */
export const ClusterFault = z
  .strictObject({
    command: Match.shape.command.optional(),
    match: Match.shape.match,
    dryRun: Match.shape.dryRun,
    proof: Match.shape.proof,
    times: z.int().positive().max(BOUNDS.calls).optional().describe('How many such calls it affects; default: all.'),
    error: z
      .strictObject({ status: z.int().min(400).max(599), reason: z.string().min(1), message: z.string().default('') })
      .optional()
      .describe('The Status that the call ends in.'),
    throttle: z.literal(true).optional().describe('The server is busy (429).'),
    lost: z
      .union([z.literal(true), z.literal('request')])
      .optional()
      .describe('The call is made, and its answer does not arrive; or, with `request`, not even the call arrives.'),
    delaySeconds: z.number().positive().max(BOUNDS.delaySeconds).optional().describe('The call takes so long.'),
    before: Trigger.optional().describe('Drift: `set` happens just before this call …'),
    after: Trigger.optional().describe('… or right after it.'),
    set: ClusterDrift.optional(),
  })
  .refine(
    (f) => [f.error, f.throttle, f.lost, f.delaySeconds, f.set].filter((kind) => kind !== undefined).length === 1,
    { error: 'exactly one of error, throttle, lost, delaySeconds, set' },
  )
  .superRefine(saysWhen);
export type ClusterFault = z.infer<typeof ClusterFault>;
