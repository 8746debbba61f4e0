import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'observe',
  name: 'list_recent_changes',
  description:
    'Who changed a resource lately, from CloudTrail: what was called, by whom, when, from where, and whether it failed. ' +
    'Reads are left out. Most incidents begin with a change, so look here early. Events can be 15 minutes late.',
  input: z.strictObject({
    resource: z
      .string()
      .regex(/^[\w .\-/#+=@:]{1,512}$/)
      .describe('Name or id of the resource as CloudTrail knows it, e.g. an instance id or a group name.'),
    hours: z.int().min(1).max(168).default(24).describe('How far to look back, in hours (168 = 7 days).'),
  }),
  reads: [{ service: 'cloudtrail', command: 'LookupEvents', scope: 'any' }],
} satisfies ObserveManifest;
