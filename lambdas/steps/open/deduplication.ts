import type { Row } from '../../contracts/ports.ts';
import { addAlias, deduplicationRow, holderIn, type Holder } from '../../kernel/limits/deduplication-rows.ts';
import { leaveStorm, placeInStorm } from '../../kernel/limits/storm-rows.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import type { Lookup } from './deduplication-keys.ts';
import { join, type Arrival, type JoinPorts, type Reason } from './join.ts';
import { STORM, stormKey } from './storm.ts';

const COPY: Reason = { why: 'copy', says: '' };

type Claimed = { readonly opened: true } | { readonly opened: false; readonly incidentId: string };

interface Found {
  readonly lookup: Lookup;
  readonly holder: Holder;
}

/**
 * Claims the primary key of an event for an incident, or joins an open incident that one of its keys leads to. If that one
 * closes at this moment, the event is a new one, and the claim is made again and wins. The further keys are written after
 * the claim: two alarms that race may become two incidents, but none is lost.
 */
export const claim = async (
  ports: JoinPorts,
  arrival: Arrival,
  agent: string,
  incidentId: string,
): Promise<Claimed> => {
  const { ledger } = ports;
  const { primary, aliases } = arrival.keys;
  const me: Holder = { incidentId, claim: sha256(primary), about: sha256(arrival.keys.exact) };
  const gone = new Set<string>();
  const storm = stormKey(arrival.subject, agent);
  let placed = false;
  for (;;) {
    const row = await ledger.fetch(deduplicationRow(primary));
    const isMine = holderIn(primary, row)?.incidentId === incidentId;
    if (!isMine) {
      const joined = (await joinFound(ports, arrival, gone)) ?? (await joinStorm(ports, arrival, storm, me, gone));
      if (joined !== undefined) {
        if (storm !== undefined && placed) await leaveStorm(ledger, storm, incidentId);
        return { opened: false, incidentId: joined };
      }
    }
    placed = true;
    if (isMine || (await takeClaim(ports, primary, me, row, gone))) {
      for (const key of aliases) await addAlias(ledger, key, me);
      return { opened: true };
    }
  }
};

/** Writes the claim, unless another incident has it that is not known to be gone. */
const takeClaim = async (
  { ledger }: JoinPorts,
  primary: string,
  { incidentId, about }: Holder,
  seen: Row | undefined,
  gone: ReadonlySet<string>,
): Promise<boolean> => {
  const data = { incidentId, open: true, ...(about !== undefined && { about }) };
  if (seen === undefined) return (await ledger.create(deduplicationRow(primary), data)).created;
  const held = holderIn(primary, seen);
  return (
    (held === undefined || gone.has(held.incidentId)) && ledger.replace(deduplicationRow(primary), data, seen.version)
  );
};

/** Looks all keys of an event up. */
export const foundUnder = async (
  { ledger }: Pick<JoinPorts, 'ledger'>,
  lookups: readonly Lookup[],
): Promise<Found[]> => {
  const rows = await Promise.all(lookups.map(({ key }) => ledger.fetch(deduplicationRow(key))));
  return lookups.flatMap((lookup, index) => {
    const holder = holderIn(lookup.key, rows[index]);
    return holder === undefined ? [] : [{ lookup, holder }];
  });
};

const joinFound = async (ports: JoinPorts, arrival: Arrival, gone: Set<string>): Promise<string | undefined> => {
  for (const { lookup, holder } of await foundUnder(ports, arrival.keys.lookups)) {
    // Between the claim of an alarm and the alias for its copies, these are found by its resource.
    const reason = holder.about === sha256(arrival.keys.exact) ? COPY : lookup;
    const joined = await joinOne(ports, holder, arrival, { why: reason.why, says: reason.says }, gone);
    if (joined !== undefined) return joined;
  }
  return undefined;
};

const joinStorm = async (
  ports: JoinPorts,
  arrival: Arrival,
  storm: string | undefined,
  me: Holder,
  gone: Set<string>,
): Promise<string | undefined> => {
  if (storm === undefined) return undefined;
  const place = await placeInStorm(ports, storm, me, gone);
  if (place === 'investigate') return undefined;
  // Alarms of one storm spread over its incidents, each alarm always to the same one.
  const first = Number.parseInt(sha256(arrival.keys.primary).slice(0, 8), 16) % place.length;
  for (const holder of [...place.slice(first), ...place.slice(0, first)]) {
    const joined = await joinOne(ports, holder, arrival, STORM, gone);
    if (joined !== undefined) return joined;
  }
  return joinStorm(ports, arrival, storm, me, gone);
};

const joinOne = async (
  ports: JoinPorts,
  holder: Holder,
  arrival: Arrival,
  reason: Reason,
  gone: Set<string>,
): Promise<string | undefined> => {
  const { incidentId } = holder;
  if (gone.has(incidentId)) return undefined;
  if ((await join(ports, holder, arrival, reason)) === 'attached') return incidentId;
  gone.add(incidentId);
  return undefined;
};
