import * as z from 'zod';
import type { ObjectKind } from '../kubernetes/changes/object.ts';
import { listOf, Metadata } from '../kubernetes/objects.ts';

const CronJob = z.object({
  metadata: Metadata,
  spec: z.object({
    schedule: z.string(),
    timeZone: z.string().nullish(),
    suspend: z.boolean().default(false),
    concurrencyPolicy: z.string().default('Allow'),
    startingDeadlineSeconds: z.int().nullish(),
  }),
  status: z
    .object({ active: listOf(z.object({ name: z.string().default('') })), lastScheduleTime: z.string().nullish() })
    .prefault({}),
});
/** A CronJob. */
export type CronJob = z.output<typeof CronJob>;

/** CronJobs, as what changes objects knows them. */
export const CRON_JOBS: ObjectKind<CronJob> = {
  service: 'batch/v1',
  resource: 'cronjobs',
  kind: 'CronJob',
  schema: CronJob,
};

/** Its schedule as people read it: `0 2 * * * (Europe/Berlin)`. */
export const scheduleText = ({ spec: { schedule, timeZone } }: CronJob): string =>
  `${schedule} (${timeZone ?? 'the time zone of the control plane'})`;
