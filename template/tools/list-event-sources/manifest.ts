import type { ObserveManifest } from 'checkrein/tool';
import * as z from 'zod';

export const manifest = {
  kind: 'observe',
  name: 'list_event_sources',
  description:
    'Lists the queues and streams that a Lambda function works off, whether each is enabled, and since when.',
  input: z.strictObject({
    function: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe('Name of the function, e.g. orders-worker.'),
  }),
  reads: [{ service: 'lambda', command: 'ListEventSourceMappings', scope: 'any' }],
} satisfies ObserveManifest;
