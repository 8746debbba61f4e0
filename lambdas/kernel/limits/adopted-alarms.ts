import * as z from 'zod';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { canonical, sha256 } from '../trace/canonical.ts';
import { attachedAlarms, type AttachedAlarmRow } from './attached-alarms.ts';

/** Alarms that had joined an incident which has closed, from one row on: their order is that of the rows. */
export const JoinedAlarms = z.strictObject({
  /** The incident that they had joined. */
  incidentId: z.string(),
  /** Sort key of the last row that was dealt with; null: none was. */
  after: z.string().nullable(),
});
export type JoinedAlarms = z.infer<typeof JoinedAlarms>;

/** A joined alarm, with the incident that it had joined. */
export interface JoinedRow extends AttachedAlarmRow {
  readonly of: string;
  /** Sort key of the row before it; null: it is the first one. */
  readonly previous: string | null;
}

const idOf = (incidentId: string): string => `adopted#${incidentId}`;

/** Makes the close of an incident look at alarms that had joined an earlier one. A repeated call changes nothing. */
export const adopt = async (ledger: Ledger, incidentId: string, joined: JoinedAlarms): Promise<void> => {
  const part = sha256(canonical([joined.incidentId, joined.after]));
  await ledger.create({ family: FAMILY.storm, id: idOf(incidentId), part }, { ...joined });
};

/** All that the close of an incident must look at: its own joined alarms, then those that it has adopted. */
export const joinedRows = async (ledger: Ledger, incidentId: string): Promise<JoinedRow[]> => {
  const adopted = (await ledger.list(FAMILY.storm, idOf(incidentId))).map(({ data }) => JoinedAlarms.parse(data));
  const found: JoinedRow[] = [];
  for (const { incidentId: of, after } of [{ incidentId, after: null }, ...adopted]) {
    let previous = after;
    for (const row of await attachedAlarms(ledger, of)) {
      if (after !== null && row.part <= after) continue;
      found.push({ ...row, of, previous });
      previous = row.part;
    }
  }
  // An alarm that had joined this incident and an adopted one counts once.
  const seen = new Set<string>();
  return found.filter(({ part }) => seen.size < seen.add(part).size);
};

/** Rows that nobody has dealt with, as what another incident adopts. */
export const joinedFrom = (rows: readonly JoinedRow[]): JoinedAlarms[] =>
  [...new Set(rows.map(({ of }) => of))].map((of) => ({
    incidentId: of,
    after: rows.find((row) => row.of === of)?.previous ?? null,
  }));
