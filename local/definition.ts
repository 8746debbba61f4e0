import * as z from 'zod';
import { Json } from '../lambdas/contracts/json.ts';

const Retrier = z.strictObject({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().exactOptional(),
  MaxAttempts: z.number().exactOptional(),
  BackoffRate: z.number().exactOptional(),
  MaxDelaySeconds: z.number().exactOptional(),
  JitterStrategy: z.enum(['NONE', 'FULL']).exactOptional(),
});

const Task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Parameters: Json.exactOptional(),
  OutputPath: z.string().exactOptional(),
  TimeoutSeconds: z.int().exactOptional(),
  Retry: z.array(Retrier).exactOptional(),
  Catch: z
    .array(
      z.strictObject({ ErrorEquals: z.array(z.string()), Next: z.string(), ResultPath: z.string().exactOptional() }),
    )
    .exactOptional(),
  Next: z.string(),
});

const Choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z.array(z.strictObject({ Variable: z.string(), StringEquals: z.string(), Next: z.string() })),
});

const Wait = z.strictObject({ Type: z.literal('Wait'), SecondsPath: z.string(), Next: z.string() });

/** The part of Amazon States Language that the state machine uses. Anything else is refused, not ignored. */
export const Definition = z.strictObject({
  StartAt: z.string(),
  TimeoutSeconds: z.int().exactOptional(),
  States: z.record(
    z.string(),
    z.discriminatedUnion('Type', [Task, Choice, Wait, z.strictObject({ Type: z.literal('Succeed') })]),
  ),
});
export type Definition = z.infer<typeof Definition>;
