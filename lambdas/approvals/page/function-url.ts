import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import type { PageRequest } from './http.ts';

const FunctionUrlEvent = z.object({
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** Reads the event of a Lambda function URL (payload format 2.0). */
export const fromFunctionUrl = (event: unknown): PageRequest => {
  const parsed = FunctionUrlEvent.safeParse(event);
  if (!parsed.success)
    throw contractBroken(
      `The approval page was called with something other than an HTTP request: ${parsed.error.message}`,
    );
  const { rawQueryString, headers, requestContext, body, isBase64Encoded } = parsed.data;
  return {
    method: requestContext.http.method,
    query: new URLSearchParams(rawQueryString),
    headers,
    body: isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
  };
};
