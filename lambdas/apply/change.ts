import { ERROR } from '../contracts/error-names.ts';
import type { EventData } from '../contracts/events.ts';
import { JsonObject, type Json } from '../contracts/json.ts';
import { contractBroken, StepError } from '../errors.ts';
import { asToolError } from '../kernel/aws-errors.ts';
import { rememberChange } from '../kernel/brakes.ts';
import { canonical } from '../kernel/canonical.ts';
import type { Journal } from '../kernel/journal.ts';
import type { Change } from '../tools/tool.ts';
import type { ApplyPorts } from './ports.ts';
import { changeOnPaper, stateNow, type Undertaking } from './undertaking.ts';

type Finished = EventData<'apply.finished'>;

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
    sessionName: `${undertaking.purpose}-${journal.incident}`,
  });
  await tool.apply(change, { ...context, change: session });
};

/** What a failed call left behind. An unknown outcome is read off the target, never guessed and never repeated. */
const afterFailure = async (undertaking: Undertaking, change: Change, error: unknown): Promise<Finished> => {
  const told = asToolError(error);
  if (told === undefined) throw error;
  const state = await stateNow(undertaking).catch((unreadable: unknown): null => {
    if (asToolError(unreadable) === undefined) throw unreadable;
    return null;
  });
  if (state === null) return result(undertaking, 'unknown', null, true, told);
  if (told.code === ERROR.cloudUnavailable) {
    if (undertaking.tool.postCondition(change, state).holds && undertaking.tool.manifest.repeatable)
      return result(undertaking, 'applied', state, true);
    if (canonical(state) !== canonical(change.before) || !undertaking.tool.manifest.repeatable)
      return result(undertaking, 'unknown', state, true, told);
  }
  return result(undertaking, 'failed', state, false, told);
};

/** Takes up an attempt that ended without a result, from wherever the target is now. */
const resume = async (undertaking: Undertaking, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = changeOnPaper(undertaking);
  const state = await stateNow(undertaking);
  if (!undertaking.tool.manifest.repeatable)
    return result(undertaking, 'unknown', state, true, {
      code: 'OutcomeUnknown',
      says: 'An attempt ended without an answer, and this change must not be made twice. Look at the target.',
    });
  if (undertaking.tool.postCondition(change, state).holds) return result(undertaking, 'applied', state, true);
  try {
    await make(undertaking, journal, change, ports);
    return result(undertaking, 'applied', await stateNow(undertaking), true);
  } catch (error) {
    return afterFailure(undertaking, change, error);
  }
};

const first = async (undertaking: Undertaking, journal: Journal, ports: ApplyPorts): Promise<Finished> => {
  const change = changeOnPaper(undertaking);
  try {
    await make(undertaking, journal, change, ports);
  } catch (error) {
    return afterFailure(undertaking, change, error);
  }
  return result(undertaking, 'applied', await stateNow(undertaking), false);
};

const inFlight = (deadline: string): StepError =>
  new StepError(
    ERROR.applyInFlight,
    `An earlier attempt of this change may run until ${deadline}.`,
    'Come back later; the state machine does.',
  );

const neverProduced = (): never => {
  throw contractBroken('A recorded event was to be replayed, and was gone.');
};

/** Replays what earlier attempts recorded: their result, or the time until which the latest may be running. */
const earlierAttempts = async (
  journal: Journal,
  started: string,
): Promise<Finished | { readonly busyUntil: string }> => {
  let busyUntil = started;
  while (journal.upcoming?.kind === 'apply.resumed')
    busyUntil = (await journal.once('apply.resumed', neverProduced)).event.data.deadline;
  return journal.upcoming?.kind === 'apply.finished'
    ? (await journal.once('apply.finished', neverProduced)).event.data
    : { busyUntil };
};

const record = async (journal: Journal, produce: () => Promise<Finished>): Promise<Finished> =>
  (await journal.once('apply.finished', async () => ({ data: await produce() }))).event.data;

/**
 * Makes the change behind a write-ahead event. An attempt that finds an earlier one waits until that one
 * cannot be running any more, and then reconciles with the real state; of racing attempts the conditional
 * append lets one through. So no change is made twice, whatever is retried.
 */
export const makeChange = async (
  undertaking: Undertaking,
  journal: Journal,
  ports: ApplyPorts,
  grantId: string,
): Promise<Finished> => {
  const { purpose, planned } = undertaking;
  const { digest, plan } = planned;
  const { input, target } = changeOnPaper(undertaking);
  const deadline = (): string => ports.deadline.at().toISOString();
  const started = await journal.once('apply.started', async () => {
    await rememberChange(
      ports.ledger,
      target.arn,
      ports.clock.now(),
      purpose === 'apply' && plan.facts.cutPercent !== 0,
    );
    return {
      data: {
        digest,
        purpose,
        grantId,
        tool: plan.tool,
        input: JsonObject.parse(input),
        targetArn: target.arn,
        deadline: deadline(),
      },
    };
  });
  if (!started.replayed) return record(journal, () => first(undertaking, journal, ports));

  const earlier = await earlierAttempts(journal, started.event.data.deadline);
  if (!('busyUntil' in earlier)) return earlier;
  if (Date.parse(earlier.busyUntil) > ports.clock.now().getTime()) throw inFlight(earlier.busyUntil);
  const resumed = await journal.once('apply.resumed', () => ({ data: { digest, purpose, deadline: deadline() } }));
  if (resumed.replayed) throw inFlight(resumed.event.data.deadline);
  return record(journal, () => resume(undertaking, journal, ports));
};
