import { ERROR } from '../../contracts/error-names.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import { diffOf } from '../../kernel/changes/diff.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { locationOf } from '../../kernel/trace/location.ts';
import type { Change } from '../../tools/tool.ts';
import { calendarFault, switchFault } from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import { plannedChange, stateIfKnown, stateNow, type PendingChange } from './pending-change.ts';

/** What became of a change. */
export type Finished = EventData<'apply.finished'>;

const result = (
  { planned, purpose }: PendingChange,
  outcome: Finished['outcome'],
  state: Json,
  reconciled: boolean,
  error: Finished['error'] = null,
): Finished => ({
  digest: planned.digest,
  purpose,
  outcome,
  reconciled,
  state,
  error,
});

const make = async (pending: PendingChange, journal: Journal, change: Change, ports: ApplyPorts): Promise<void> => {
  const { tool, context } = pending;
  const session = await ports.credentials.assume({
    calls: tool.manifest.changes,
    targetArn: change.target.arn,
    location: locationOf(journal.events),
    sessionName: `${pending.purpose}-${journal.incident}`,
  });
  await tool.apply(change, { ...context, change: session });
};

const isSame = (one: Json, other: Json): boolean => canonical(one) === canonical(other);

/** What a failed call left behind. An unknown outcome is read off the target, never guessed and never repeated. */
const afterFailure = async (pending: PendingChange, change: Change, error: unknown): Promise<Finished> => {
  const told = asToolError(error);
  if (told === undefined) throw error;
  const state = await stateIfKnown(pending);
  if (state === null) return result(pending, 'unknown', null, true, told);
  const { tool } = pending;
  if (told.code === ERROR.cloudUnavailable) {
    if (tool.manifest.repeatable && tool.postCondition(change, state).holds)
      return result(pending, 'applied', state, true);
    if (!tool.manifest.repeatable || !isSame(state, change.before))
      return result(pending, 'unknown', state, true, told);
  }
  return result(pending, 'failed', state, false, told);
};

/** The attempt that wrote ahead: it alone makes the change without looking first. */
export const first = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = plannedChange(pending);
  try {
    await make(pending, journal, change, ports);
  } catch (error) {
    return afterFailure(pending, change, error);
  }
  return result(pending, 'applied', await stateIfKnown(pending), false);
};

/** Fields of the change that are neither as before nor as after it: somebody else has been there. */
const changedByOthers = ({ before, after }: Change, state: Json): string[] => {
  const ours = diffOf(before, after).map((line) => line.field);
  const fromBefore = diffOf(before, state).map((line) => line.field);
  const fromAfter = diffOf(after, state).map((line) => line.field);
  return ours.filter((field) => fromBefore.includes(field) && fromAfter.includes(field));
};

/** Why an interrupted change is not gone on with. */
const blocker = async (
  pending: PendingChange,
  change: Change,
  state: Json,
  ports: ApplyPorts,
): Promise<Pick<Finished, 'outcome' | 'error'> | undefined> => {
  if (!pending.tool.manifest.repeatable)
    return {
      outcome: 'unknown',
      error: {
        code: 'OutcomeUnknown',
        says: 'An attempt ended without an answer, and this change must not be made twice. Look at the target.',
      },
    };
  const moved = changedByOthers(change, state);
  if (moved.length > 0) {
    const says = `An attempt was interrupted, and meanwhile somebody else changed ${moved.join(', ')}. Nothing more was done.`;
    return { outcome: 'unknown', error: { code: 'Drifted', says } };
  }
  // A target that is half-way is brought to the end; one that nobody has touched stays so while a brake is on.
  if (!isSame(state, change.before)) return undefined;
  const off = await switchFault(pending, ports);
  if (off !== undefined) return { outcome: 'failed', error: { code: 'SwitchedOff', says: off } };
  const frozen = await calendarFault(pending, ports);
  return frozen === undefined ? undefined : { outcome: 'failed', error: { code: 'ChangeFreeze', says: frozen } };
};

/** Takes up an attempt that ended without a result, from wherever the target is now. */
export const resume = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = plannedChange(pending);
  try {
    const state = await stateNow(pending);
    const { repeatable } = pending.tool.manifest;
    if (repeatable && pending.tool.postCondition(change, state).holds) return result(pending, 'applied', state, true);
    const stopped = await blocker(pending, change, state, ports);
    if (stopped !== undefined) return result(pending, stopped.outcome, state, true, stopped.error);
    await make(pending, journal, change, ports);
  } catch (error) {
    return afterFailure(pending, change, error);
  }
  return result(pending, 'applied', await stateIfKnown(pending), true);
};
