import * as z from 'zod';
import { Metadata } from '../kubernetes/objects.ts';

/** An autoscaler, as far as its writers are concerned. */
export const Autoscaler = z.object({
  metadata: Metadata,
  spec: z.object({ scaleTargetRef: z.object({ name: z.string() }) }),
});

/** A CronJob, as far as its writers are concerned. */
export const CronJob = z.object({
  metadata: Metadata,
  spec: z.object({ schedule: z.string(), suspend: z.boolean().default(false) }),
});
