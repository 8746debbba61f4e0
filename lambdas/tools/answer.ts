import type * as z from 'zod';
import { callName } from '../contracts/cloud-call.ts';
import { CloudError } from '../contracts/errors.ts';
import type { Cloud, CloudRequest } from '../contracts/ports.ts';

/** Makes one call and parses its answer. An answer that does not match the schema is an error, never guessed. */
export const parsedAnswer = async <S extends z.ZodType>(
  cloud: Cloud,
  request: CloudRequest,
  schema: S,
  answers: 'AWS' | 'The cluster' | 'The source of usage' | 'The settings',
): Promise<z.output<S>> => {
  const response = schema.safeParse(await cloud.send(request));
  if (response.success) return response.data;
  const problems = response.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  const call = callName(`${request.service}:${request.command}`, request.input);
  throw new CloudError('UnexpectedAnswer', `${answers} answered in an unexpected form: ${problems}`, undefined, call);
};
