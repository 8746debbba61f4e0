import { ERROR } from '../../contracts/error-names.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import { diffOf } from '../../kernel/changes/diff.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { sceneOf } from '../../kernel/trace/location.ts';
import type { Change } from '../../tools/tool.ts';
import { calendarFault, switchFault } from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import { changeOnPaper, stateIfKnown, stateNow, type Undertaking } from './pending-change.ts';

/** What became of a change. */
export type Finished = EventData<'apply.finished'>;

const result = (
  { planned, purpose }: Undertaking,
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

const make = async (undertaking: Undertaking, journal: Journal, change: Change, ports: ApplyPorts): Promise<void> => {
  const { tool, context } = undertaking;
  const session = await ports.credentials.assume({
    calls: tool.manifest.changes,
    targetArn: change.target.arn,
    scene: sceneOf(journal.events),
    sessionName: `${undertaking.purpose}-${journal.incident}`,
  });
  await tool.apply(change, { ...context, change: session });
};

const isSame = (one: Json, other: Json): boolean => canonical(one) === canonical(other);

/** What a failed call left behind. An unknown outcome is read off the target, never guessed and never repeated. */
const afterFailure = async (undertaking: Undertaking, change: Change, error: unknown): Promise<Finished> => {
  const told = asToolError(error);
  if (told === undefined) throw error;
  const state = await stateIfKnown(undertaking);
  if (state === null) return result(undertaking, 'unknown', null, true, told);
  const { tool } = undertaking;
  if (told.code === ERROR.cloudUnavailable) {
    if (tool.manifest.repeatable && tool.postCondition(change, state).holds)
      return result(undertaking, 'applied', state, true);
    if (!tool.manifest.repeatable || !isSame(state, change.before))
      return result(undertaking, 'unknown', state, true, told);
  }
  return result(undertaking, 'failed', state, false, told);
};

/** The attempt that wrote ahead: it alone makes the change without looking first. */
export const first = async (undertaking: Undertaking, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = changeOnPaper(undertaking);
  try {
    await make(undertaking, journal, change, ports);
  } catch (error) {
    return afterFailure(undertaking, change, error);
  }
  return result(undertaking, 'applied', await stateIfKnown(undertaking), false);
};

/** Fields of the change that are neither as before nor as after it: somebody else has been there. */
const meddledWith = ({ before, after }: Change, state: Json): string[] => {
  const ours = diffOf(before, after).map((line) => line.field);
  const fromBefore = diffOf(before, state).map((line) => line.field);
  const fromAfter = diffOf(after, state).map((line) => line.field);
  return ours.filter((field) => fromBefore.includes(field) && fromAfter.includes(field));
};

/** Why an interrupted change is not gone on with. */
const obstacle = async (
  undertaking: Undertaking,
  change: Change,
  state: Json,
  ports: ApplyPorts,
): Promise<Pick<Finished, 'outcome' | 'error'> | undefined> => {
  if (!undertaking.tool.manifest.repeatable)
    return {
      outcome: 'unknown',
      error: {
        code: 'OutcomeUnknown',
        says: 'An attempt ended without an answer, and this change must not be made twice. Look at the target.',
      },
    };
  const moved = meddledWith(change, state);
  if (moved.length > 0) {
    const says = `An attempt was interrupted, and meanwhile somebody else changed ${moved.join(', ')}. Nothing more was done.`;
    return { outcome: 'unknown', error: { code: 'Drifted', says } };
  }
  // A target that is half-way is brought to the end; one that nobody has touched stays so while a brake is on.
  if (!isSame(state, change.before)) return undefined;
  const off = await switchFault(undertaking, ports);
  if (off !== undefined) return { outcome: 'failed', error: { code: 'SwitchedOff', says: off } };
  const frozen = await calendarFault(undertaking, ports);
  return frozen === undefined ? undefined : { outcome: 'failed', error: { code: 'ChangeFreeze', says: frozen } };
};

/** Takes up an attempt that ended without a result, from wherever the target is now. */
export const resume = async (undertaking: Undertaking, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = changeOnPaper(undertaking);
  try {
    const state = await stateNow(undertaking);
    const { repeatable } = undertaking.tool.manifest;
    if (repeatable && undertaking.tool.postCondition(change, state).holds)
      return result(undertaking, 'applied', state, true);
    const stopped = await obstacle(undertaking, change, state, ports);
    if (stopped !== undefined) return result(undertaking, stopped.outcome, state, true, stopped.error);
    await make(undertaking, journal, change, ports);
  } catch (error) {
    return afterFailure(undertaking, change, error);
  }
  return result(undertaking, 'applied', await stateIfKnown(undertaking), true);
};
