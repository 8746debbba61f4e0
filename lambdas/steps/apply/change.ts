import { ERROR } from '../../contracts/error-names.ts';
import { JsonObject } from '../../contracts/json.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { startCooldown } from '../../kernel/limits/cooldown.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { makeFirstAttempt, resumeChange, type Finished } from './attempt.ts';
import type { ApplyPorts } from './ports.ts';
import { plannedChange, type PendingChange } from './pending-change.ts';

const inFlight = (deadline: string): StepError =>
  new StepError(
    ERROR.applyInFlight,
    `An earlier attempt of this change may run until ${deadline}.`,
    'Try again later; the state machine does.',
  );

const neverProduced = (): never => {
  throw contractBroken('A recorded event that was to be replayed is gone.');
};

/** What earlier attempts recorded: their result, or the time until which the latest one may be running. */
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

const recordFinished = async (journal: Journal, produce: () => Promise<Finished>): Promise<Finished> =>
  (await journal.once('apply.finished', async () => ({ data: await produce() }))).event.data;

/**
 * Records `apply.started`, then makes the change. An attempt that finds an earlier one fails, for the state
 * machine to retry, until that one cannot be running any more; then it reconciles with the real state of the target.
 * Of racing attempts the conditional append lets one through. So no change is made twice, whatever is retried.
 */
export const makeChange = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
  grantId: string,
): Promise<Finished> => {
  const { purpose, planned } = pending;
  const { digest, plan } = planned;
  const { input, target } = plannedChange(pending);
  const deadline = (): string => ports.deadline.at().toISOString();
  // After the event: until then nothing has begun, and a further attempt asks policy about the cooldown again.
  const begin = (): Promise<void> =>
    startCooldown(ports.ledger, target.arn, ports.clock.now(), purpose === 'apply' && plan.facts.cutPercent !== 0);
  const { tool } = plan;
  const started = await journal.once('apply.started', () => ({
    data: {
      digest,
      purpose,
      grantId,
      tool,
      input: JsonObject.parse(input),
      targetArn: target.arn,
      deadline: deadline(),
    },
  }));
  if (!started.replayed) {
    await begin();
    return recordFinished(journal, () => makeFirstAttempt(pending, journal, ports));
  }

  const earlier = await earlierAttempts(journal, started.event.data.deadline);
  if (!('busyUntil' in earlier)) return earlier;
  if (Date.parse(earlier.busyUntil) > ports.clock.now().getTime()) throw inFlight(earlier.busyUntil);
  const resumed = await journal.once('apply.resumed', () => ({ data: { digest, purpose, deadline: deadline() } }));
  if (resumed.replayed) throw inFlight(resumed.event.data.deadline);
  await begin();
  return recordFinished(journal, () => resumeChange(pending, journal, ports));
};
