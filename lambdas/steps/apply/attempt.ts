import { ERROR } from '../../contracts/error-names.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { diffOf } from '../../kernel/changes/diff.ts';
import { toolResult, type ToolError } from '../../kernel/redaction/tool-errors.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { locationOf } from '../../kernel/trace/location.ts';
import type { Change } from '../../tools/tool.ts';
import { checkCalendar, checkSwitch } from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import { currentState, currentStateIfKnown, plannedChange, type PendingChange } from './pending-change.ts';

/** The outcome of a change. */
export type Finished = EventData<'apply.finished'>;
type FinishedError = NonNullable<Finished['error']>;

/** The attempt that wrote `apply.started`. Only this one makes the change without reading the target first. */
export const makeFirstAttempt = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<Finished> => {
  const change = plannedChange(pending);
  const made = await toolResult(() => callTool(pending, journal, change, ports));
  return made.ok
    ? finished(pending, 'applied', await currentStateIfKnown(pending), false)
    : afterFailure(pending, change, made.error);
};

/** Goes on with an attempt that ended without a result, from whatever state the target is in now. */
export const resumeChange = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = plannedChange(pending);
  const { tool } = pending;
  const resumed = await toolResult(async () => {
    const state = await currentState(pending);
    if (tool.manifest.repeatable && tool.postCondition(change, state).holds)
      return finished(pending, 'applied', state, true);
    const stopped = await blocker(pending, change, state, ports);
    if (stopped !== undefined) return finished(pending, stopped.outcome, state, true, stopped.error);
    await callTool(pending, journal, change, ports);
    return finished(pending, 'applied', await currentStateIfKnown(pending), true);
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

/** Makes the change, under credentials that allow only the calls of this tool on this target. */
const callTool = async (
  { tool, context, purpose }: PendingChange,
  { events, incident }: Journal,
  change: Change,
  ports: ApplyPorts,
): Promise<void> => {
  const session = await ports.credentials.assume({
    calls: tool.manifest.changes,
    targetArn: change.target.arn,
    location: locationOf(events),
    sessionName: `${purpose}-${incident}`,
  });
  await tool.apply(change, { ...context, change: session });
};

const isSame = (one: Json, other: Json): boolean => canonical(one) === canonical(other);

/** What a failed call left behind. An unknown outcome is read off the target, never guessed and never repeated. */
const afterFailure = async (
  pending: PendingChange,
  change: Change,
  { code, message }: ToolError,
): Promise<Finished> => {
  const error = { code, says: message };
  const state = await currentStateIfKnown(pending);
  if (state === null) return finished(pending, 'unknown', null, true, error);
  const { tool } = pending;
  if (code === ERROR.cloudUnavailable) {
    if (tool.manifest.repeatable && tool.postCondition(change, state).holds)
      return finished(pending, 'applied', state, true);
    if (!tool.manifest.repeatable || !isSame(state, change.before))
      return finished(pending, 'unknown', state, true, error);
  }
  return finished(pending, 'failed', state, false, error);
};

/** Why an interrupted change must not be resumed. Undefined if it may. */
const blocker = async (
  pending: PendingChange,
  change: Change,
  state: Json,
  ports: ApplyPorts,
): Promise<{ readonly outcome: 'unknown' | 'failed'; readonly error: FinishedError } | undefined> => {
  if (!pending.tool.manifest.repeatable) {
    const says = 'An attempt ended without an answer, and this change must not be made twice. Look at the target.';
    return { outcome: 'unknown', error: { code: 'OutcomeUnknown', says } };
  }
  const moved = changedByOthers(change, state);
  if (moved.length > 0) {
    const says = `An attempt was interrupted, and meanwhile somebody else changed ${moved.join(', ')}. Nothing more was done.`;
    return { outcome: 'unknown', error: { code: 'Drifted', says } };
  }
  // A half-changed target is always finished. One that is still untouched stays so during a stop or a freeze.
  if (!isSame(state, change.before)) return undefined;
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
