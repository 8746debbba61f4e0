import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

/**
 * The command SOURCE makes a query, a join or a subquery read log groups other than that of the call. Only the service
 * knows where a string or a comment ends, so the word is refused anywhere, unless it is part of a longer name or stands
 * in backticks, as a field.
 */
const SOURCE = /(?<![\w.@`])source(?![\w.])|(?<=`)source(?![\w.`])/i;
const NO_SOURCE =
  'a query reads only the log group in logGroup, so it cannot contain the word SOURCE. Query another log group in a ' +
  'call of its own. A field of this name is written `source`; in a pattern write /sourc[e]/';

export const manifest = {
  kind: 'observe',
  name: 'query_logs',
  description:
    'Searches one CloudWatch Logs group up to now. Give `filter` for lines that contain a text, `query` for a full ' +
    'Logs Insights query (stats, parse, sort), or neither for the newest lines. Prefer counts (`stats count(*) by …`) over raw lines.',
  input: z.strictObject({
    logGroup: z
      .string()
      .regex(/^[\w.\-/#]{1,512}$/, 'the name of one log group, not an ARN and without *')
      .describe('Name of the log group, e.g. /aws/lambda/checkout.'),
    query: z
      .string()
      .min(1)
      .max(4000)
      .refine((query) => !SOURCE.test(query), NO_SOURCE)
      .optional()
      .describe('A Logs Insights query without SOURCE. Not together with filter.'),
    filter: z
      .string()
      .regex(/^[^\n\r]{1,500}$/, 'one line of at most 500 characters')
      .optional()
      .describe('Plain text that a line must contain, case-sensitive. Not together with query.'),
    minutes: z.int().min(1).max(10_080).default(60).describe('How far to look back, in minutes (10080 = 7 days).'),
    limit: z.int().min(1).max(100).default(25).describe('At most this many rows.'),
  }),
  logGroupField: 'logGroup',
  reads: [
    { service: 'logs', command: 'StartQuery', scope: 'log-group' },
    { service: 'logs', command: 'GetQueryResults', scope: 'log-group' },
    { service: 'logs', command: 'StopQuery', scope: 'any' },
  ],
} satisfies ObserveManifest;
