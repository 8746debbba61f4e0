import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import { parseJson, type Json } from '../../contracts/json.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { sha256 } from '../trace/canonical.ts';

/**
 * Alarms that joined an incident instead of opening one of their own, each in a row. When the incident closes, those
 * that are still in ALARM get an incident of their own, from the event that is recorded here.
 */

/** Characters of an event that a row holds: more than the longest event that Open takes, far below DynamoDB's 400 KB. */
const EVENT_CHARACTERS = 120_000;

/** Why an alarm joined: the same resource, a composite and its child, or a storm. */
const AttachedWhy = z.enum(['resource', 'composite', 'storm']);

const AttachedRow = z.object({
  arn: z.string(),
  name: z.string(),
  account: z.string(),
  region: z.string(),
  why: AttachedWhy,
  /** The event as a JSON text, since DynamoDB allows fewer levels than EventBridge. Null: it was too long to be kept. */
  event: z.string().nullable(),
});

/** An alarm that joined an incident, with the event that brought it. */
export interface AttachedAlarm extends Omit<z.infer<typeof AttachedRow>, 'event'> {
  /** The event of the bus. */
  readonly event: Json;
}

/** An alarm that joined an incident, as its row has it. */
export interface AttachedAlarmRow extends Omit<AttachedAlarm, 'event'> {
  /** The sort key of the row: with the incident, a reference to this alarm. */
  readonly part: string;
  /** Undefined: it was too long to be kept, or cannot be read. */
  readonly event: unknown;
}

/** The row of an alarm that joined an incident. */
const attachedAlarmKey = (incidentId: string, part: string): RowKey & { readonly id: string } => ({
  family: FAMILY.storm,
  id: `attached#${incidentId}`,
  part,
});

const partOf = (arn: string): string => sha256(arn);

/** Attaches an alarm to an incident. Of several events of one alarm, the first is kept. */
export const attachAlarm = async (ledger: Ledger, incidentId: string, alarm: AttachedAlarm): Promise<void> => {
  const text = JSON.stringify(alarm.event);
  const event = text.length > EVENT_CHARACTERS ? null : text;
  await ledger.create(attachedAlarmKey(incidentId, partOf(alarm.arn)), { ...alarm, event });
};

const readRow = (data: unknown): AttachedAlarmRow => {
  const row = AttachedRow.parse(data);
  return { ...row, part: partOf(row.arn), event: row.event === null ? undefined : parseJson(row.event) };
};

/** Every alarm that joined an incident. */
export const attachedAlarms = async (ledger: Ledger, incidentId: string): Promise<AttachedAlarmRow[]> =>
  (await ledger.list(FAMILY.storm, attachedAlarmKey(incidentId, '').id)).map(({ data }) => readRow(data));

/** One alarm that joined an incident, by the sort key of its row. */
export const attachedAlarm = async (
  ledger: Pick<Ledger, 'fetch'>,
  incidentId: string,
  part: string,
): Promise<AttachedAlarmRow | undefined> => {
  const row = await ledger.fetch(attachedAlarmKey(incidentId, part));
  return row === undefined ? undefined : readRow(row.data);
};
