import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';
import { sha256 } from '../trace/canonical.ts';
import { stateOf, type Holder } from './deduplication-rows.ts';

/** How many incidents of one storm are investigated. */
export const INVESTIGATIONS_A_STORM = 3;
/** A storm is over when no alarm of it came for this long. */
const STORM_MS = 60_000;
/** How exactly the row knows its newest alarm. It bounds the writes: ten thousand alarms write it once a second. */
const LATEST_MS = 1000;
/** How long an incident may take from its place in a storm to its claim, before it counts as one that never opened. */
const CLAIM_MS = 10_000;
const PAUSE_MS = 250;

const StormRow = z.object({
  incidents: z.array(z.object({ incidentId: z.string(), claim: z.string(), at: z.iso.datetime() })).min(1),
  /** When its newest alarm came, to the second. */
  latest: z.iso.datetime(),
});
type StormRow = z.infer<typeof StormRow>;

interface StormPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

const stormRow = (key: string): RowKey => ({ family: FAMILY.storm, id: `storm#${sha256(key)}` });

/**
 * The place of an alarm in its storm: `investigate` if it is one of the first three, else the open incidents of the
 * three; `gone` are incidents known to have ended. The row has at most three incidents and a time, so it stays small, and only the first three compete for it.
 */
export const placeInStorm = async (
  { ledger, clock }: StormPorts,
  key: string,
  me: Holder,
  gone: ReadonlySet<string>,
): Promise<'investigate' | readonly Holder[]> => {
  for (;;) {
    const at = clock.now().toISOString();
    const mine = { incidentId: me.incidentId, claim: me.claim, at };
    const { created, row } = await ledger.create(stormRow(key), { incidents: [mine], latest: at });
    const storm = StormRow.parse(row.data);
    if (created || storm.incidents.some((one) => one.incidentId === me.incidentId)) return 'investigate';
    const begin = async (incidents: StormRow['incidents']): Promise<boolean> =>
      ledger.replace(stormRow(key), { incidents, latest: at }, row.version);
    if (since(storm.latest, at) > STORM_MS) {
      if (await begin([mine])) return 'investigate';
    } else if (storm.incidents.length < INVESTIGATIONS_A_STORM) {
      if (await begin([...storm.incidents, mine])) return 'investigate';
    } else {
      const open = await openAmong(
        ledger,
        storm.incidents.filter((one) => !gone.has(one.incidentId)),
        at,
      );
      if (open === 'waiting') await clock.sleep(PAUSE_MS);
      else if (open.length > 0) {
        // If another alarm was faster, it has written the same second.
        if (since(storm.latest, at) >= LATEST_MS) await begin(storm.incidents);
        return open;
      } else if (await begin([mine])) return 'investigate';
    }
  }
};

const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** The open incidents of a storm; `waiting` if there are none yet, but one is about to claim its key. */
const openAmong = async (
  ledger: Ledger,
  incidents: StormRow['incidents'],
  now: string,
): Promise<Holder[] | 'waiting'> => {
  const states = await Promise.all(incidents.map(async (one) => ({ one, state: await stateOf(ledger, one) })));
  const open = states
    .filter(({ state }) => state === 'open')
    .map(({ one: { incidentId, claim } }) => ({ incidentId, claim }));
  const waiting = states.some(({ one, state }) => state === 'waiting' && since(one.at, now) < CLAIM_MS);
  return open.length === 0 && waiting ? 'waiting' : open;
};

/** Gives back a place in a storm, of an execution that joined another incident after all. */
export const leaveStorm = async (ledger: Ledger, key: string, incidentId: string): Promise<void> => {
  const row = await ledger.fetch(stormRow(key));
  if (row === undefined) return;
  const { incidents, latest } = StormRow.parse(row.data);
  const others = incidents.filter((one) => one.incidentId !== incidentId);
  // Best effort: a place that stays taken counts as one that never opened after ten seconds.
  if (others.length > 0 && others.length < incidents.length)
    await ledger.replace(stormRow(key), { incidents: others, latest }, row.version);
};
