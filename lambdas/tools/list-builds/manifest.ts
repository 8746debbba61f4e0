import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'observe',
  name: 'list_builds',
  description:
    'The newest builds of a CodeBuild project: status, start, duration, commit, failed phase. Says how many in a row failed, ' +
    'which was the last that succeeded, and whether the same commit both failed and succeeded, as a flaky build does.',
  input: z.strictObject({
    project: z
      .string()
      .regex(/^[A-Za-z\d][\w-]{1,254}$/, 'the name of one project, not an ARN')
      .describe('Name of the CodeBuild project, e.g. checkout-ci.'),
    count: z.int().min(1).max(30).default(10).describe('List at most this many builds; the newest 100 are compared.'),
  }),
  reads: [
    { service: 'codebuild', command: 'ListBuildsForProject', scope: 'any' },
    { service: 'codebuild', command: 'BatchGetBuilds', scope: 'any' },
  ],
} satisfies ObserveManifest;
