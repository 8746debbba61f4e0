import { ERROR } from '../../contracts/error-names.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { diffOf } from '../../kernel/changes/diff.ts';
import { CHANGE_SECONDS } from '../../kernel/changes/timing.ts';
import { toolResult, type ToolError } from '../../kernel/redaction/tool-errors.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import type { Change, InProgress } from '../../tools/tool.ts';
import { checkCalendar, checkSwitch } from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import { currentState, currentStateIfKnown, plannedChange, type PendingChange } from './pending-change.ts';
import { preflight } from './preflight.ts';
import { changeScopeOf } from '../../kernel/changes/change-scope.ts';

/** The outcome of a change. */
export type Finished = EventData<'apply.finished'>;
type FinishedError = NonNullable<Finished['error']>;
/** What one attempt came to: the outcome, or that AWS is not done yet. */
export type Attempted = Finished | (InProgress & { readonly unanswered?: true });

/** Seconds until a change is gone on with that AWS did not answer half-way. */
const NO_ANSWER_SECONDS = 30;

/** The attempt that wrote `apply.started`. Only this one makes the change without reading the target first. */
export const makeFirstAttempt = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<Attempted> => {
  const change = plannedChange(pending);
  const made = await toolResult(() => callTool(pending, journal, change, ports, false));
  if (!made.ok) return afterFailure(pending, change, made.error);
  return made.value ?? finished(pending, 'applied', await currentStateIfKnown(pending), false);
};

/**
 * Goes on with a change from whatever state the target is in now. Attempts before this one ended without a result (`lost`),
 * were told that the change is in progress (`continues`), or both.
 */
export const resumeChange = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
  { continues, lost, endsAt }: { readonly continues: boolean; readonly lost: boolean; readonly endsAt: number },
): Promise<Attempted> => {
  const change = plannedChange(pending);
  const { tool } = pending;
  const resumed = await toolResult(async () => {
    const state = await currentState(pending);
    if (lost && tool.manifest.repeatable && tool.postCondition(change, state).holds)
      return finished(pending, 'applied', state, true);
    const stopped = await blocker(pending, change, state, ports, endsAt);
    if (stopped !== undefined) return finished(pending, stopped.outcome, state, true, stopped.error);
    const inProgress = await callTool(pending, journal, change, ports, continues);
    return inProgress ?? finished(pending, 'applied', await currentStateIfKnown(pending), lost);
  });
  return resumed.ok ? resumed.value : afterFailure(pending, change, resumed.error);
};

const finished = (
  { planned, purpose }: PendingChange,
  outcome: Finished['outcome'],
  state: Json,
  reconciled: boolean,
  error: Finished['error'] = null,
): Finished => ({ digest: planned.digest, purpose, outcome, reconciled, state, error });

/** The outcome of a change whose cooldown has not begun, so nothing has, if a check stands against it by now. */
export const refusedBeforeBeginning = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<Finished | undefined> => {
  const { checks } = await preflight(pending, journal, ports);
  const refusal = checks.find(({ outcome }) => outcome === 'refused');
  if (refusal === undefined) return undefined;
  const error = { code: 'Refused', says: `(${refusal.check}) ${refusal.reason}` };
  return finished(pending, 'failed', await currentStateIfKnown(pending), true, error);
};

/** The outcome of a change that was waited for as long as a change may take. */
export const overdue = async (pending: PendingChange, { says }: InProgress): Promise<Finished> =>
  finished(pending, 'unknown', await currentStateIfKnown(pending), true, {
    code: 'StillInProgress',
    says: `${says} A change may take ${CHANGE_SECONDS / 60} minutes, so it is not waited for any longer.`,
  });

/** Makes the change, under credentials that allow only the calls of this tool on this target. */
const callTool = async (
  { tool, context, purpose }: PendingChange,
  journal: Journal,
  change: Change,
  ports: ApplyPorts,
  continues: boolean,
): Promise<InProgress | undefined> => {
  const session = await ports.credentials.assume(changeScopeOf(tool, change, journal, purpose));
  return tool.apply(change, { ...context, change: session, continues });
};

const isSame = (one: Json, other: Json): boolean => canonical(one) === canonical(other);

/** What a failed call left behind. An unknown outcome is read off the target, never guessed and never repeated. */
const afterFailure = async (
  pending: PendingChange,
  change: Change,
  { code, message }: ToolError,
): Promise<Attempted> => {
  const error = { code, says: message };
  const state = await currentStateIfKnown(pending);
  const { tool } = pending;
  const { repeatable } = tool.manifest;
  if (code === ERROR.cloudUnavailable) {
    if (repeatable && state !== null && tool.postCondition(change, state).holds)
      return finished(pending, 'applied', state, true);
    if (!repeatable) return finished(pending, 'unknown', state, true, error);
    // It may have begun although the target looks untouched, since reads lag. It is gone on with as soon as AWS answers.
    return { seconds: NO_ANSWER_SECONDS, says: message, unanswered: true };
  }
  // Refused half-way, and not put back: Verify rolls it back.
  if (state === null || tool.isHalfWay(change, state)) return finished(pending, 'unknown', state, true, error);
  return finished(pending, 'failed', state, false, error);
};

/** Why an interrupted change must not be resumed. Undefined if it may. */
const blocker = async (
  pending: PendingChange,
  change: Change,
  state: Json,
  ports: ApplyPorts,
  endsAt: number,
): Promise<{ readonly outcome: 'unknown' | 'failed'; readonly error: FinishedError } | undefined> => {
  if (!pending.tool.manifest.repeatable) {
    const says = 'An attempt ended without an answer, and this change must not be made twice. Look at the target.';
    return { outcome: 'unknown', error: { code: 'OutcomeUnknown', says } };
  }
  const moved = changedByOthers(change, state);
  if (moved.length > 0) {
    const says = `Before the change was finished, somebody else changed ${moved.join(', ')}. Nothing more was done.`;
    return { outcome: 'unknown', error: { code: 'Drifted', says } };
  }
  // A half-changed target is always finished. One that is still untouched stays so during a stop or a freeze.
  if (!isSame(state, change.before)) return undefined;
  if (pending.purpose === 'apply' && ports.clock.now().getTime() >= endsAt) {
    const says = `Nothing had been changed when the ${CHANGE_SECONDS / 60} minutes of the change were over, so it is not begun any more.`;
    return { outcome: 'failed', error: { code: 'TooLate', says } };
  }
  const stop = await checkSwitch(pending, ports);
  if (stop.outcome === 'refused') return { outcome: 'failed', error: { code: 'SwitchedOff', says: stop.reason } };
  const freeze = await checkCalendar(pending, ports);
  if (freeze.outcome === 'refused') return { outcome: 'failed', error: { code: 'ChangeFreeze', says: freeze.reason } };
  return undefined;
};

/** The fields of the change whose value is neither the one before nor the one after it: somebody else set them. */
const changedByOthers = ({ before, after }: Change, state: Json): string[] => {
  const ours = diffOf(before, after).map((line) => line.field);
  const fromBefore = diffOf(before, state).map((line) => line.field);
  const fromAfter = diffOf(after, state).map((line) => line.field);
  return ours.filter((field) => fromBefore.includes(field) && fromAfter.includes(field));
};
