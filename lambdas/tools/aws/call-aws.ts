import * as z from 'zod';
import { parseJson } from '../../contracts/json.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { parsedAnswer } from '../answer.ts';

/** A time as the cloud port returns it. */
export const Timestamp = z.iso.datetime({ offset: true });

/** JSON inside a string, as CloudTrail and the Price List API return it. */
export const JsonText = z.string().transform((text, context): unknown => {
  const value = parseJson(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'expected JSON' });
  return z.NEVER;
});

/** Makes one AWS call and parses the response. */
export const callAws = <S extends z.ZodType>(cloud: Cloud, request: CloudRequest, schema: S): Promise<z.output<S>> =>
  parsedAnswer(cloud, request, schema, 'AWS');
