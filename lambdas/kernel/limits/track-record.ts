import * as z from 'zod';
import type { EventData } from '../../contracts/events.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';

/**
 * How many changes of an agent in a row, over all its incidents, may fail to help before its breaker trips. One proves
 * nothing about the agent, and two may be the same fault seen twice. With three, the agent is missing something.
 */
const FAILURES_IN_A_ROW = 3;
const POLICY = 'changes-do-not-help';

/** The changes of an agent that did not help, since the last one that did. */
const RecordRow = z.object({ unhelpful: z.array(z.object({ digest: z.string(), says: z.string() })) });
type Unhelpful = z.infer<typeof RecordRow>['unhelpful'];
const recordRow = (agent: string): RowKey => ({ family: FAMILY.breaker, id: 'track-records', part: agent });

type Verified = EventData<'change.verified'>;

/** A change whose effect is known. */
interface Ended {
  readonly digest: string;
  readonly outcome: Verified['outcome'];
  /** `resize_instance on i-0123`. */
  readonly what: string;
}

const withEnd = (before: Unhelpful, { digest, outcome, what }: Ended): Unhelpful => {
  // A clean record is not written again: in an alarm storm, a thousand incidents of one agent would queue for nothing.
  if (outcome === 'healed') return before.length === 0 ? before : [];
  return before.some((one) => one.digest === digest) ? before : [...before, { digest, says: `${what}: ${outcome}` }];
};

/**
 * Records how a change of an agent ended. Returns the reason to trip the agent's breaker if this was one too many in a
 * row that did not help. The same change recorded twice counts once, so a retry does no harm.
 */
export const recordOutcome = async (ledger: Ledger, agent: string, ended: Ended): Promise<Verified['trips']> => {
  if (ended.outcome === 'waiting' || ended.outcome === 'inconclusive') return undefined;
  for (;;) {
    const { row } = await ledger.create(recordRow(agent), { unhelpful: [] });
    const before = RecordRow.safeParse(row.data).data?.unhelpful;
    if (before === undefined)
      return {
        policy: POLICY,
        reason: `How the last changes of ${agent} ended cannot be read, which counts as badly.`,
      };
    const unhelpful = withEnd(before, ended);
    if (unhelpful !== before && !(await ledger.replace(recordRow(agent), { unhelpful }, row.version))) continue;
    if (unhelpful.length < FAILURES_IN_A_ROW) return undefined;
    const list = unhelpful.map((one) => one.says).join('; ');
    return { policy: POLICY, reason: `The last ${unhelpful.length} changes of ${agent} did not help (${list}).` };
  }
};

/** Clears the failures of an agent, after a person has looked into them. */
export const forgiveFailures = async (ledger: Ledger, agent: string): Promise<void> => {
  for (;;) {
    const row = await ledger.fetch(recordRow(agent));
    if (row === undefined || (await ledger.replace(recordRow(agent), { unhelpful: [] }, row.version))) return;
  }
};
