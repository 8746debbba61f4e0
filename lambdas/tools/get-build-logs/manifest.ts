import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { BuildReference } from '../aws/build-reference.ts';

export const manifest = {
  kind: 'observe',
  name: 'get_build_logs',
  description:
    'Lines of the log of one CodeBuild build; you choose which. `around` shows the first lines that contain a text, with ' +
    'the lines next to them; `phase` narrows to one phase; `fromLine` pages on; else `end` shows the head or the tail. ' +
    'Says how many lines there are. The first error counts: the last lines mostly repeat that a command failed.',
  input: z.strictObject({
    build: BuildReference,
    logGroup: z
      .string()
      .regex(/^[\w.\-/#]{1,512}$/, 'the name of one log group, not an ARN and without *')
      .describe('Log group of the build, as get_build says, e.g. /aws/codebuild/checkout-ci.'),
    phase: z
      .enum(['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'])
      .optional()
      .describe('Show only lines of this phase.'),
    around: z
      .string()
      .regex(/^[^\n\r]{2,200}$/, 'one line of 2 to 200 characters')
      .optional()
      .describe(
        'Text that a line must contain, not a pattern; upper and lower case are the same. Alternatives with |, e.g. error|FAIL.',
      ),
    fromLine: z.int().min(1).optional().describe('Number of the line to begin at. The first line of the log is 1.'),
    end: z.enum(['head', 'tail']).default('tail').describe('Which end to show, without around and fromLine.'),
    lines: z.int().min(1).max(400).default(100).describe('At most this many lines.'),
  }),
  logGroupField: 'logGroup',
  reads: [
    { service: 'codebuild', command: 'BatchGetBuilds', scope: 'any' },
    { service: 'logs', command: 'GetLogEvents', scope: 'log-group' },
  ],
} satisfies ObserveManifest;
