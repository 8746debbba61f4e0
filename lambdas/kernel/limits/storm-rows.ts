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

/** Look-ups of an instance's group that one storm may cause in a minute. EC2 allows far more, and shares them with the team. */
const LOOK_UPS_A_MINUTE = 100;

const StormIncident = z.object({
  incidentId: z.string(),
  claim: z.string(),
  at: z.iso.datetime(),
  /** The instance that it is about, if its group would have to be looked up. */
  instance: z.string().nullable().default(null),
});
const StormRow = z.object({
  incidents: z.array(StormIncident).min(1),
  /** When its newest alarm came, to the second. */
  latest: z.iso.datetime(),
});
type StormRow = z.infer<typeof StormRow>;

/** An incident of a storm. */
export interface StormMember extends Holder {
  readonly instance: string | null;
}

interface StormPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

const stormRow = (key: string): RowKey => ({ family: FAMILY.storm, id: `storm#${sha256(key)}` });

/**
 * The place of an alarm in its storm: `investigate` if it is one of the first three, else the open incidents of the
 * three. `gone` are incidents known to have ended, `before` those that count as the first of a storm that begins now. The
 * row has at most three incidents and a time, so it stays small, and only the first three compete for it.
 */
export const placeInStorm = async (
  { ledger, clock }: StormPorts,
  key: string,
  me: StormMember,
  gone: ReadonlySet<string>,
  before: readonly StormMember[] = [],
): Promise<'investigate' | readonly StormMember[]> => {
  for (;;) {
    const at = clock.now().toISOString();
    const mine = incidentOf(me, at);
    const firsts = before.map((one) => incidentOf(one, at)).slice(0, INVESTIGATIONS_A_STORM);
    if (firsts.length < INVESTIGATIONS_A_STORM) firsts.push(mine);
    // Read first: of ten thousand alarms only the first three write.
    const row =
      (await ledger.fetch(stormRow(key))) ??
      (await ledger.create(stormRow(key), { incidents: firsts, latest: at })).row;
    const storm = StormRow.parse(row.data);
    if (storm.incidents.some((one) => one.incidentId === me.incidentId)) return 'investigate';
    const begin = async (incidents: StormRow['incidents']): Promise<boolean> =>
      ledger.replace(stormRow(key), { incidents, latest: at }, row.version);
    if (since(storm.latest, at) > STORM_MS) {
      // If the first three are known already, this alarm finds them in the row when it looks again.
      if ((await begin(firsts)) && firsts.includes(mine)) return 'investigate';
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

const incidentOf = ({ incidentId, claim, instance }: StormMember, at: string): StormRow['incidents'][number] => ({
  incidentId,
  claim,
  at,
  instance,
});

const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** The open incidents of a storm; `waiting` if there are none yet, but one is about to claim its key. */
export const openAmong = async <T extends Holder & { readonly at: string }>(
  ledger: Ledger,
  incidents: readonly T[],
  now: string,
): Promise<T[] | 'waiting'> => {
  const states = await Promise.all(incidents.map(async (one) => ({ one, state: await stateOf(ledger, one) })));
  const open = states.filter(({ state }) => state === 'open').map(({ one }) => one);
  const waiting = states.some(({ one, state }) => state === 'waiting' && since(one.at, now) < CLAIM_MS);
  return open.length === 0 && waiting ? 'waiting' : open;
};

/** Whether an alarm of a storm may look up the group of its instance. Ten thousand alarms make a hundred look-ups a minute. */
export const mayLookUpGroup = async ({ ledger, clock }: StormPorts, key: string): Promise<boolean> => {
  const counter: RowKey = { ...stormRow(key), part: `look-ups#${clock.now().toISOString().slice(0, 16)}` };
  return (await ledger.add(counter, { lookUps: 1 }, { lookUps: LOOK_UPS_A_MINUTE })).added;
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
