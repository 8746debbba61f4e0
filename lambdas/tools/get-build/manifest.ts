import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { BuildReference } from '../aws/build-reference.ts';

export const manifest = {
  kind: 'observe',
  name: 'get_build',
  description:
    'One CodeBuild build: its status, the phase that failed and why, all phases with durations, commit, who started it, ' +
    'its image, and the log group and stream of its log. Read it before the log, to know which phase to read.',
  input: z.strictObject({ build: BuildReference }),
  reads: [{ service: 'codebuild', command: 'BatchGetBuilds', scope: 'any' }],
} satisfies ObserveManifest;
