import { ERROR } from '../../contracts/error-names.ts';
import { JsonObject } from '../../contracts/json.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { rememberChange } from '../../kernel/limits/lease.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { first, resume, type Finished } from './attempt.ts';
import type { ApplyPorts } from './ports.ts';
import { plannedChange, type PendingChange } from './pending-change.ts';

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
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
  grantId: string,
): Promise<Finished> => {
  const { purpose, planned } = pending;
  const { digest, plan } = planned;
  const { input, target } = plannedChange(pending);
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
  if (!started.replayed) return record(journal, () => first(pending, journal, ports));

  const earlier = await earlierAttempts(journal, started.event.data.deadline);
  if (!('busyUntil' in earlier)) return earlier;
  if (Date.parse(earlier.busyUntil) > ports.clock.now().getTime()) throw inFlight(earlier.busyUntil);
  const resumed = await journal.once('apply.resumed', () => ({ data: { digest, purpose, deadline: deadline() } }));
  if (resumed.replayed) throw inFlight(resumed.event.data.deadline);
  return record(journal, () => resume(pending, journal, ports));
};
