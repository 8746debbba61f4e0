import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'get_pod_logs',
  description:
    'Lines of the log of one container of a pod; you choose which. `previous` reads the run before the last restart: look there for ' +
    'why a container crashed. `around` shows the first lines that contain a text, with the lines next to them; else the last lines are ' +
    'shown. The log of an earlier run, and of a pod that is gone, is not kept.',
  input: z.strictObject({
    ...inNamespace,
    pod: objectName.describe('Name of the pod, as list_pods says.'),
    container: objectName.optional().describe('Name of the container. May be left out where the pod has one.'),
    previous: z.boolean().default(false).describe('Read the run before the last restart, not the present one.'),
    sinceMinutes: z.int().min(1).max(10_080).optional().describe('Only lines of the last so many minutes.'),
    around: z
      .string()
      .regex(/^[^\n\r]{2,200}$/, 'one line of 2 to 200 characters')
      .optional()
      .describe(
        'Text that a line must contain, not a pattern; upper and lower case are the same. Alternatives with |, e.g. error|OutOfMemory.',
      ),
    lines: z.int().min(1).max(400).default(100).describe('At most this many lines.'),
  }),
  reads: [{ service: 'v1', command: 'get pods/log' }],
} satisfies ObserveManifest;
