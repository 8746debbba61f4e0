import * as z from 'zod';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import { Outcome } from '../../contracts/conclusion.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { sha256 } from '../trace/canonical.ts';

/** Incidents that have closed, by what they were about and by what they changed: a row each, newest last. */

const ClosedRow = z.object({
  incidentId: z.string(),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime(),
  outcome: Outcome,
  /** What was changed, in sentences of our code. */
  changes: z.array(z.string()),
});
/** An incident that has closed. */
export type ClosedIncident = z.infer<typeof ClosedRow>;

/** What earlier incidents are found by: an alarm, the deduplication key of another subject, or a target of changes. */
export type HistoryKey =
  | { readonly of: 'alarm'; readonly arn: string }
  | { readonly of: 'subject'; readonly key: string }
  | { readonly of: 'target'; readonly ref: string };

const idOf = (key: HistoryKey): string => {
  switch (key.of) {
    case 'alarm':
      return `alarm#${sha256(key.arn)}`;
    case 'subject':
      return `subject#${sha256(key.key)}`;
    case 'target':
      return `target#${sha256(key.ref)}`;
  }
};

/** Records an incident that has closed. A repeated call changes nothing. */
export const recordClosed = async (ledger: Ledger, key: HistoryKey, closed: ClosedIncident): Promise<void> => {
  const part = `${closed.closedAt}#${closed.incidentId}`;
  await ledger.create({ family: FAMILY.history, id: idOf(key), part }, { ...closed });
};

/** An earlier incident, and what it has in common with the present one. */
export interface EarlierIncident extends ClosedIncident {
  /** `target`: it was about something else, and changed what the present one is about. */
  readonly same: 'subject' | 'target';
}

/** The newest earlier incidents of a subject and of a target together, in the order of their close. */
export const earlierIncidents = async (
  ledger: Ledger,
  keys: { readonly subject: HistoryKey; readonly target: HistoryKey | undefined },
  newest: number,
): Promise<EarlierIncident[]> => {
  const ofSubject = await closedIncidents(ledger, keys.subject, newest);
  const ofTarget = keys.target === undefined ? [] : await closedIncidents(ledger, keys.target, newest);
  const known = new Set(ofSubject.map(({ incidentId }) => incidentId));
  return [
    ...ofSubject.map((one): EarlierIncident => ({ ...one, same: 'subject' })),
    ...ofTarget
      .filter(({ incidentId }) => !known.has(incidentId))
      .map((one): EarlierIncident => ({ ...one, same: 'target' })),
  ]
    .toSorted((one, other) => Date.parse(one.closedAt) - Date.parse(other.closedAt))
    .slice(-newest);
};

/** The newest incidents that closed, oldest first. A row that cannot be read is left out: it decides nothing. */
export const closedIncidents = async (ledger: Ledger, key: HistoryKey, newest: number): Promise<ClosedIncident[]> =>
  (await ledger.list(FAMILY.history, idOf(key), newest)).flatMap(({ data }) => {
    const row = ClosedRow.safeParse(data);
    return row.success ? [row.data] : [];
  });
