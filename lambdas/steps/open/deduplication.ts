import type { Row, StepPorts } from '../../contracts/ports.ts';
import { addAlias, deduplicationRow, holderIn, type Holder } from '../../kernel/limits/deduplication-rows.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import { parentsOf, type BelongsPorts } from './belongs-together.ts';
import { siblingLookups, type Lookup } from './deduplication-keys.ts';
import { join, type Arrival, type JoinPorts, type Reason } from './join.ts';
import { ClusterPlace } from './join-cluster.ts';
import { StormPlaces } from './join-storm.ts';

const COPY: Reason = { why: 'copy', says: '' };

/** The ports of a claim. */
export type ClaimPorts = JoinPorts & StepPorts & BelongsPorts;

type Claimed =
  /** `said`: what Open could not find out, for the trace. */
  { readonly opened: true; readonly said: readonly string[] } | { readonly opened: false; readonly incidentId: string };

/**
 * How often an alarm joins incidents of composites, one after the other. Then it joins no more of them: whoever keeps raising
 * composites that name an alarm would otherwise keep it from an incident of its own for good.
 */
const MOST_PASSES = 3;

/** Joins the event to an incident, whose id it returns; undefined if that one has ended. */
type Attach = (holder: Holder, reason: Reason) => Promise<string | undefined>;

interface Found {
  readonly lookup: Lookup;
  readonly holder: Holder;
}

/**
 * Claims the primary key of an event for an incident, or joins an open incident that one of its keys leads to. If that one
 * closes at this moment, the event is a new one, and the claim is made again and wins. The further keys are written after
 * the claim: two alarms that race may become two incidents, but none is lost.
 */
export const claim = async (ports: ClaimPorts, arrival: Arrival, incidentId: string): Promise<Claimed> => {
  const { ledger } = ports;
  const { primary, lookups, aliases } = arrival.keys;
  const me: Holder = { incidentId, claim: sha256(primary), about: sha256(arrival.keys.exact) };
  const gone = new Set<string>();
  const storm = new StormPlaces(ports, arrival, me);
  const cluster = new ClusterPlace(ports, arrival, me);
  const siblings = siblingsOf(ports, arrival, incidentId);
  const attach: Attach = async (holder, reason) => {
    if (gone.has(holder.incidentId)) return undefined;
    if ((await join(ports, holder, arrival, reason)) === 'attached') {
      await cluster.note(holder, reason);
      return holder.incidentId;
    }
    gone.add(holder.incidentId);
    return undefined;
  };
  for (;;) {
    const row = await ledger.fetch(deduplicationRow(primary));
    const isMine = holderIn(primary, row)?.incidentId === incidentId;
    if (!isMine) {
      const joined =
        (await joinFound(ports, arrival, lookups, attach)) ??
        (await cluster.join(gone, attach)) ??
        (await storm.join(gone, attach)) ??
        // Only an alarm that would open an incident asks CloudWatch, which answers nine calls a second.
        (await joinFound(ports, arrival, (await siblings()).lookups, attach));
      if (joined !== undefined) {
        await storm.leave();
        await cluster.leave();
        return { opened: false, incidentId: joined };
      }
    }
    if (isMine || (await takeClaim(ports, arrival, me, row, gone))) {
      const { lookups: shared, said } = await siblings();
      for (const key of [...aliases, ...shared.map((one) => one.key)]) await addAlias(ledger, key, me);
      return { opened: true, said };
    }
  }
};

interface Siblings {
  readonly lookups: readonly Lookup[];
  readonly said: readonly string[];
}

/** What an alarm shares with the other alarms of its composites; CloudWatch is asked once, and only if somebody wants to know. */
const siblingsOf = (ports: ClaimPorts, { subject }: Arrival, incidentId: string): (() => Promise<Siblings>) => {
  const read = async (): Promise<Siblings> => {
    if (subject.kind !== 'alarm') return { lookups: [], said: [] };
    const { alarm } = subject;
    const parents = await parentsOf(ports, incidentId, alarm);
    if ('value' in parents) return { lookups: siblingLookups(alarm, parents.value), said: [] };
    const said = `which composite alarms name it is not known, so it may have an incident beside theirs: ${parents.unanswered}`;
    return { lookups: [], said: [said] };
  };
  let known: Promise<Siblings> | undefined;
  return () => (known ??= read());
};

/** Writes the claim, unless another incident has it that is not known to be gone. */
const takeClaim = async (
  { ledger }: JoinPorts,
  { agent, keys: { primary } }: Arrival,
  { incidentId, about }: Holder,
  seen: Row | undefined,
  gone: ReadonlySet<string>,
): Promise<boolean> => {
  const data = { incidentId, open: true, agent, ...(about !== undefined && { about }) };
  if (seen === undefined) return (await ledger.create(deduplicationRow(primary), data)).created;
  const held = holderIn(primary, seen);
  return (
    (held === undefined || gone.has(held.incidentId)) && ledger.replace(deduplicationRow(primary), data, seen.version)
  );
};

/** Looks all keys of an event up. */
const foundUnder = async ({ ledger }: Pick<JoinPorts, 'ledger'>, lookups: readonly Lookup[]): Promise<Found[]> => {
  const rows = await Promise.all(lookups.map(({ key }) => ledger.fetch(deduplicationRow(key))));
  return lookups.flatMap((lookup, index) => {
    const holder = holderIn(lookup.key, rows[index]);
    return holder === undefined ? [] : [{ lookup, holder }];
  });
};

const joinFound = async (
  ports: JoinPorts,
  arrival: Arrival,
  lookups: readonly Lookup[],
  attach: Attach,
): Promise<string | undefined> => {
  const may = arrival.passes < MOST_PASSES ? lookups : lookups.filter(({ why }) => why !== 'composite');
  for (const { lookup, holder } of await foundUnder(ports, may)) {
    // Between the claim of an alarm and the alias for its copies, these are found by its resource.
    const { why, says } = holder.about === sha256(arrival.keys.exact) ? COPY : lookup;
    const joined = await attach(holder, { why, says });
    if (joined !== undefined) return joined;
  }
  return undefined;
};
