import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'observe',
  name: 'query_logs',
  description:
    'Searches one CloudWatch Logs group up to now. Give `filter` for lines that contain a text, `query` for a full ' +
    'Logs Insights query (stats, parse, sort), or neither for the newest lines. Prefer counts (`stats count(*) by …`) over raw lines.',
  input: z.strictObject({
    logGroup: z
      .string()
      .regex(/^[\w.\-/#]{1,512}$/)
      .describe('Name of the log group, e.g. /aws/lambda/checkout.'),
    query: z.string().min(1).max(4000).optional().describe('A Logs Insights query. Not together with filter.'),
    filter: z
      .string()
      .regex(/^[^\n\r]{1,500}$/, 'one line of at most 500 characters')
      .optional()
      .describe('Plain text that a line must contain, case-sensitive. Not together with query.'),
    minutes: z.int().min(1).max(10_080).default(60).describe('How far to look back, in minutes (10080 = 7 days).'),
    limit: z.int().min(1).max(100).default(25).describe('At most this many rows.'),
  }),
  reads: [
    { service: 'logs', command: 'StartQuery', scope: 'any' },
    { service: 'logs', command: 'GetQueryResults', scope: 'any' },
    { service: 'logs', command: 'StopQuery', scope: 'any' },
  ],
} satisfies ObserveManifest;
