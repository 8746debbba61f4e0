import * as z from 'zod';
import { parseJson } from '../../contracts/json.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';

/** A time as the cloud port returns it. */
export const Timestamp = z.iso.datetime({ offset: true });

/** JSON inside a string, as CloudTrail and the Price List API return it. */
export const JsonText = z.string().transform((text, context): unknown => {
  const value = parseJson(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'expected JSON' });
  return z.NEVER;
});

/** Makes one AWS call and parses the response. A response that does not match the schema is an error, never guessed. */
export const callAws = async <S extends z.ZodType>(
  cloud: Cloud,
  request: CloudRequest,
  schema: S,
): Promise<z.output<S>> => {
  const response = schema.safeParse(await cloud.send(request));
  if (response.success) return response.data;
  const problems = response.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new CloudError(
    'UnexpectedAnswer',
    `${request.service} ${request.command} returned an unexpected response: ${problems}`,
  );
};
