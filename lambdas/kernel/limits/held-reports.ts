import * as z from 'zod';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import type { Ledger, Notification } from '../../contracts/ports.ts';

/** Reports that were too many to be sent one by one, in rows of ten minutes each, until a digest has reported them. */

const MINUTE_MS = 60_000;
const BUCKET_MINUTES = 10;
/** How long a digest looks back for a report. An hour of failed digests is caught up; the alarm on them is long on by then. */
const LOOK_BACK_MINUTES = 120;
const KEPT_DAYS = 7;
/** Incidents in one row of those that were reported: far below DynamoDB's 400 KB. */
const INCIDENTS_PER_ROW = 1000;

const HeldReport = z.object({
  kind: z.literal('report'),
  incidentId: z.string(),
  about: z.string(),
  subject: z.string(),
});
export type HeldReport = z.infer<typeof HeldReport>;
const HeldRow = z.discriminatedUnion('kind', [
  HeldReport,
  z.object({ kind: z.literal('reported'), incidentIds: z.array(z.string()) }),
]);

const bucketOf = (at: number): string =>
  new Date(Math.floor(at / (BUCKET_MINUTES * MINUTE_MS)) * BUCKET_MINUTES * MINUTE_MS).toISOString();

const expiryOf = (now: Date): Date => new Date(now.getTime() + KEPT_DAYS * 24 * 60 * MINUTE_MS);

/** Leaves a report to the next digest. An incident has one report, so a repeated call changes nothing. */
export const holdReport = async (
  ledger: Ledger,
  { incidentId, about, subject }: Notification,
  now: Date,
): Promise<void> => {
  const key = { family: FAMILY.digest, id: bucketOf(now.getTime()), part: `report#${incidentId}` };
  await ledger.create(key, { kind: 'report', incidentId, about, subject }, expiryOf(now));
};

/** Reports of one bucket that no digest has reported. */
interface DueReports {
  readonly bucket: string;
  readonly reports: readonly HeldReport[];
}

/** The reports of the last two hours that no digest has reported, oldest first. */
export const dueReports = async (ledger: Ledger, now: Date): Promise<DueReports[]> => {
  const due: DueReports[] = [];
  for (let ago = LOOK_BACK_MINUTES; ago >= 0; ago -= BUCKET_MINUTES) {
    const bucket = bucketOf(now.getTime() - ago * MINUTE_MS);
    const rows = (await ledger.list(FAMILY.digest, bucket)).map(({ data }) => HeldRow.parse(data));
    const reported = new Set(rows.flatMap((row) => (row.kind === 'reported' ? row.incidentIds : [])));
    const reports = rows.filter((row) => row.kind === 'report').filter((row) => !reported.has(row.incidentId));
    if (reports.length > 0) due.push({ bucket, reports });
  }
  return due;
};

/** Records that a digest reported these, so that the next one does not. */
export const markReported = async (ledger: Ledger, { bucket, reports }: DueReports, now: Date): Promise<void> => {
  const ids = reports.map(({ incidentId }) => incidentId);
  for (let from = 0; from < ids.length; from += INCIDENTS_PER_ROW) {
    const key = { family: FAMILY.digest, id: bucket, part: `reported#${now.toISOString()}#${from}` };
    const incidentIds = ids.slice(from, from + INCIDENTS_PER_ROW);
    await ledger.create(key, { kind: 'reported', incidentIds }, expiryOf(now));
  }
};
