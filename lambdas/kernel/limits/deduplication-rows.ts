import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger, Row } from '../../contracts/ports.ts';
import { canonical, sha256 } from '../trace/canonical.ts';

/**
 * Which incident a deduplication key belongs to, and whether that incident is still open. `onTrace`: its opening is
 * known to be on its trace, so its close will find the key and free it. Before that it may still be refused.
 *
 * An incident is found under several keys. One of them is its claim: its row alone says whether the incident is open. The
 * rows of the others are aliases, with the hash of that key in `primary`. So Close frees one row, and a crash between
 * two rows leaves nothing that is open by mistake.
 */
const DeduplicationRow = z.object({
  incidentId: z.string(),
  open: z.boolean(),
  onTrace: z.boolean().default(false),
  primary: z.string().optional(),
  /** In the row of a claim: hash of the key of the very alarm, or event. Its copies are found before its alias is written. */
  about: z.string().optional(),
  /** In the row of a claim: the agent of the incident. Not in rows of former versions. */
  agent: z.string().optional(),
});
type DeduplicationRow = z.infer<typeof DeduplicationRow>;

/** An incident, and the hash of the deduplication key whose row says whether it is open. */
export interface Holder {
  readonly incidentId: string;
  readonly claim: string;
  /** Hash of the key of the alarm, or event, that opened it. Not in rows of former versions, nor in aliases. */
  readonly about?: string | undefined;
}

/** The row of a deduplication key. */
export const deduplicationRow = (key: string): RowKey => claimRow(sha256(key));

const claimRow = (claim: string): RowKey => ({ family: FAMILY.storm, id: claim });

/** The partition of the copies that joined an incident. Each has a row. */
const copiesId = ({ claim, incidentId }: Holder): string => `${claim}#${incidentId}`;

const readRow = (row: Row | undefined): DeduplicationRow | undefined => DeduplicationRow.optional().parse(row?.data);

/** The incident that the row of a key names. Whether it is open, the row of its claim says. */
export const holderIn = (key: string, row: Row | undefined): Holder | undefined => {
  const held = readRow(row);
  if (held?.open !== true) return undefined;
  const { incidentId, primary: claim = sha256(key), about } = held;
  return { incidentId, claim, about };
};

/** `waiting`: the incident has not claimed its key yet, or another one has it by now. */
export const stateOf = async (
  ledger: Ledger,
  { incidentId, claim }: Holder,
): Promise<'open' | 'closed' | 'waiting'> => {
  const row = readRow(await ledger.fetch(claimRow(claim)));
  if (row?.incidentId !== incidentId) return 'waiting';
  return row.open ? 'open' : 'closed';
};

/** The agent of an incident; undefined if the row of its claim does not say so. */
export const agentOfClaim = async (ledger: Ledger, { claim }: Holder): Promise<string | undefined> =>
  readRow(await ledger.fetch(claimRow(claim)))?.agent;

/** Points a key to an incident that holds another one, unless an open incident has it. */
export const addAlias = async (ledger: Ledger, key: string, { incidentId, claim }: Holder): Promise<void> => {
  if (sha256(key) === claim) return;
  const data = { incidentId, open: true, primary: claim };
  const { created, row } = await ledger.create(deduplicationRow(key), data);
  if (created) return;
  const held = holderIn(key, row);
  if (held?.incidentId === incidentId || (held !== undefined && (await stateOf(ledger, held)) === 'open')) return;
  // Somebody else was faster: then the key leads to that incident.
  await ledger.replace(deduplicationRow(key), data, row.version);
};

/** Changes the row of a claim, as long as it belongs to that incident. */
const update = async (
  ledger: Ledger,
  { incidentId, claim }: Holder,
  change: { readonly open: boolean } | { readonly onTrace: boolean },
): Promise<void> => {
  for (;;) {
    const row = await ledger.fetch(claimRow(claim));
    const held = readRow(row);
    if (row === undefined || held?.open !== true || held.incidentId !== incidentId) return;
    const data = { ...row.data, ...change };
    if (canonical(data) === canonical(row.data)) return;
    if (await ledger.replace(claimRow(claim), data, row.version)) return;
  }
};

/** An event that joined an incident. */
export interface Joined {
  /** Its number among the copies, or among the other alarms; 0 if an earlier attempt had got one. */
  readonly number: number;
  readonly onTrace: boolean;
}

/** Writes the row of a copy. False: an earlier attempt had written it. */
export const writeCopy = async (ledger: Ledger, holder: Holder, eventId: string): Promise<boolean> => {
  const copy: RowKey = { family: FAMILY.storm, id: copiesId(holder), part: sha256(eventId) };
  return (await ledger.create(copy, { eventId })).created;
};

/**
 * Joins an event to an incident. Undefined if the incident has freed its key meanwhile.
 *
 * The order makes the count exact: the row of what joins (`write`) is written before the read whether the incident is
 * still open, and a closing incident frees its key before it counts rows.
 */
export const joinIncident = async (
  ledger: Ledger,
  { incidentId, claim }: Holder,
  counter: 'drawn' | 'alarms',
  write: () => Promise<boolean>,
): Promise<Joined | undefined> => {
  const created = await write();
  const row = readRow(await ledger.fetch(claimRow(claim)));
  if (row?.open !== true || row.incidentId !== incidentId) return undefined;
  const { onTrace } = row;
  if (!created) return { number: 0, onTrace };
  const numbers: RowKey = { ...claimRow(claim), part: `numbers#${incidentId}` };
  const { totals } = await ledger.add(numbers, { [counter]: 1 });
  return { number: totals[counter] ?? 0, onTrace };
};

/** Notes that the opening of an incident is on its trace, so that further copies need not read the trace. */
export const confirmOpening = (ledger: Ledger, holder: Holder): Promise<void> =>
  update(ledger, holder, { onTrace: true });

/** Frees a deduplication key, so that the next alarm opens a new incident. Returns how many copies had joined. */
export const freeKey = async (ledger: Ledger, key: string, incidentId: string): Promise<number> => {
  const holder: Holder = { incidentId, claim: sha256(key) };
  await update(ledger, holder, { open: false });
  return (await ledger.list(FAMILY.storm, copiesId(holder))).length;
};
