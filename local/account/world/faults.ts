import * as z from 'zod';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { BOUNDS } from './bounds.ts';
import { saysWhen } from './fault-parts.ts';
import { CommandPattern } from './service-name.ts';

/** Selects calls by command, by part of their input, and by whether they are dry runs. */
export const CallMatch = z.strictObject({
  command: CommandPattern,
  match: JsonObject.optional().describe('A part of the input that the call must have.'),
  dryRun: z.boolean().optional().describe('Only dry runs, or only real calls.'),
});
export type CallMatch = z.infer<typeof CallMatch>;

const Trigger = CallMatch.extend({
  nth: z.int().positive().max(BOUNDS.calls).default(1).describe('Which of the matching calls.'),
});

/** A change that somebody else makes in the account. */
export const Drift = z
  .strictObject({
    instance: z.string().optional(),
    group: z.string().optional(),
    type: z.string().optional(),
    tags: z
      .record(z.string(), z.string())
      .optional()
      .describe('Added to the existing tags, or replacing their values.'),
    state: z.enum(['running', 'stopped', 'terminated']).optional(),
    min: z.int().nonnegative().max(BOUNDS.groupSize).optional(),
    max: z.int().nonnegative().max(BOUNDS.groupSize).optional(),
    desired: z.int().nonnegative().max(BOUNDS.groupSize).optional(),
    fields: JsonObject.optional().describe('Other fields of what AWS answers about it, as AWS spells them.'),
  })
  .refine((set) => (set.instance === undefined) !== (set.group === undefined), {
    error: 'exactly one of instance, group',
  });
export type Drift = z.infer<typeof Drift>;

/** A call that fails, or a change that somebody else makes around a call. */
export const Fault = z
  .strictObject({
    command: CommandPattern.optional(),
    match: CallMatch.shape.match,
    dryRun: CallMatch.shape.dryRun,
    times: z
      .int()
      .positive()
      .max(BOUNDS.calls)
      .optional()
      .describe('How many matching calls it affects; default: all.'),
    error: z
      .strictObject({ code: z.string().min(1), message: z.string().optional() })
      .optional()
      .describe('The AWS error code that the call ends in.'),
    throttle: z.literal(true).optional().describe('The call is throttled; three throttles in a row are an outage.'),
    delaySeconds: z
      .number()
      .positive()
      .max(BOUNDS.delaySeconds)
      .optional()
      .describe('The call takes this long, then goes on.'),
    takesSeconds: z
      .number()
      .positive()
      .max(BOUNDS.delaySeconds)
      .optional()
      .describe('The call answers at once, and the instance takes this long to stop or to start.'),
    before: Trigger.optional().describe('Drift: `set` happens just before this call …'),
    after: Trigger.optional().describe('… or right after it.'),
    set: Drift.optional(),
  })
  .refine(
    (f) =>
      [f.error, f.throttle, f.delaySeconds, f.takesSeconds, f.set].filter((kind) => kind !== undefined).length === 1,
    { error: 'exactly one of error, throttle, delaySeconds, takesSeconds, set' },
  )
  .superRefine(saysWhen);
export type Fault = z.infer<typeof Fault>;
