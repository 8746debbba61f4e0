import * as z from 'zod';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { BOUNDS } from './bounds.ts';
import { ServiceName } from './service-name.ts';
import { Offset, offsetMs } from './time.ts';
import { timedJson } from './timed-json.ts';

const States = z
  .record(z.string().min(1), z.string())
  .refine((states) => Object.keys(states).length > 0, 'at least one name with its value, such as { build: stopped }');

const Arn = z
  .string()
  .regex(/^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:[^*?]+$/, 'the ARN of one resource, without * and ?');

/** What AWS answers to a call. It goes before what the simulator would answer. */
export const Answer = z
  .strictObject({
    service: ServiceName.describe('The service as tools name it, e.g. logs.'),
    command: z
      .string({ error: 'a command such as DescribeLogGroups' })
      .regex(/^[A-Z][A-Za-z0-9]*$/, 'a command such as DescribeLogGroups'),
    input: JsonObject.optional().describe('Fields that the input must have; lists and values must be equal.'),
    from: Offset.optional().describe('Only from this moment on …'),
    until: Offset.optional().describe('… and only before this one.'),
    when: States.optional().describe('Only while these names have these values; an earlier answer has set them.'),
    times: z.int().positive().max(BOUNDS.calls).optional().describe('How many calls it answers; default: all.'),
    mutating: z
      .literal(true)
      .optional()
      .describe('The call changes something, so only change credentials can make it.'),
    resources: z
      .array(Arn)
      .min(1)
      .max(BOUNDS.listed)
      .optional()
      .describe('What a mutating call changes, as ARNs; the session policy is checked against them.'),
    answer: timedJson(BOUNDS.answerBytes)
      .optional()
      .describe('The answer, as AWS spells it. ${-5m} in a text is a time relative to now.'),
    error: z
      .strictObject({ code: z.string().min(1), message: z.string().optional() })
      .optional()
      .describe('The AWS error that the call ends in.'),
    set: States.optional().describe(
      'Names that have these values from this call on; later answers ask for them in when.',
    ),
  })
  .refine((one) => (one.answer === undefined) !== (one.error === undefined), { error: 'exactly one of answer, error' })
  .refine((one) => (one.mutating === undefined) === (one.resources === undefined), {
    error: 'with mutating: true, the ARNs of what the call changes, and none without',
    path: ['resources'],
  })
  .refine(({ from, until }) => from === undefined || until === undefined || offsetMs(from) < offsetMs(until), {
    error: 'a time after from',
    path: ['until'],
  });
export type Answer = z.infer<typeof Answer>;
