import * as z from 'zod';
import { CloudError } from '../../contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';

/** A point in time as the cloud port hands it out. */
export const Timestamp = z.iso.datetime({ offset: true });

/** JSON inside a string, as CloudTrail and the price list send it. */
export const JsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON' });
    return z.NEVER;
  }
});

/** Sends one call and takes from the answer what the schema names; what is missing is said, never guessed. */
export const callAws = async <S extends z.ZodType>(
  cloud: Cloud,
  request: CloudRequest,
  schema: S,
): Promise<z.output<S>> => {
  const answer = schema.safeParse(await cloud.send(request));
  if (answer.success) return answer.data;
  const problems = answer.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new CloudError(
    'UnexpectedAnswer',
    `${request.service} ${request.command} answered otherwise than expected: ${problems}`,
  );
};
