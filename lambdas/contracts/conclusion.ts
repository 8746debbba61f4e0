import * as z from 'zod';

/** The agent's conclusion. Each claim cites its evidence. */
export const Conclusion = z.strictObject({
  summary: z
    .string()
    .min(1)
    .max(2000)
    .describe('What happened and what was done, for the on-call engineer, in plain words.'),
  rootCause: z.string().min(1).max(2000).describe('The cause, or what is still unknown about it.'),
  confidence: z.enum(['low', 'medium', 'high']),
  claims: z
    .array(
      z.strictObject({
        text: z.string().min(1).max(1000).describe('One statement of fact.'),
        evidence: z.array(z.string()).describe('Handles of the evidence it rests on, e.g. ["E1","E4"].'),
      }),
    )
    .describe('Every fact that the summary and the root cause rely on.'),
  plans: z
    .array(
      z.strictObject({
        plan: z.string().min(1).max(80).describe('Handle of the plan, e.g. "P1".'),
        applied: z
          .boolean()
          .describe(
            'Whether its change was made and is still in place; false if it was never made, or was rolled back.',
          ),
      }),
    )
    .max(100)
    // Conclusions of earlier versions have none.
    .optional()
    .describe(
      'Every plan that a dry run of this incident made. Compared with the trace. Leave it out if there was no plan.',
    ),
  followUps: z.array(z.string().max(500)).max(10).default([]).describe('What a human should do next, if anything.'),
});
export type Conclusion = z.infer<typeof Conclusion>;

/** How an incident can end. */
export const Outcome = z.enum(['healed', 'diagnosed', 'escalated', 'unrouted', 'switched-off', 'failed']);
export type Outcome = z.infer<typeof Outcome>;
