import { ERROR } from '../../contracts/error-names.ts';
import type { EventData } from '../../contracts/events.ts';
import { JsonObject } from '../../contracts/json.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { redeemedAtBy } from '../../kernel/changes/grants.ts';
import { CHANGE_SECONDS, LONGEST_CHANGE_SECONDS } from '../../kernel/changes/timing.ts';
import { lastChange, markUnfinished, startCooldown } from '../../kernel/limits/cooldown.ts';
import type { Journal, RecordedEvent } from '../../kernel/trace/journal.ts';
import {
  makeFirstAttempt,
  overdue,
  refusedBeforeBeginning,
  resumeChange,
  type Attempted,
  type Finished,
} from './attempt.ts';
import type { ApplyPorts } from './ports.ts';
import { plannedChange, type PendingChange } from './pending-change.ts';
import { refOf } from '../../contracts/plan.ts';

const inFlight = (deadline: string): StepError =>
  new StepError(
    ERROR.applyInFlight,
    `An earlier attempt of this change may run until ${deadline}.`,
    'Try again later; the state machine does.',
  );

const neverProduced = (): never => {
  throw contractBroken('A recorded event that was to be replayed is gone.');
};

/** The change is in progress: nothing is to be done before this time. */
export interface Waiting {
  readonly waitUntil: string;
}

/** How the latest attempt stands: it may be running until its deadline, or has left the change in progress. */
interface Unfinished {
  readonly kind: 'running' | 'waiting';
  readonly until: string;
  /** Whether any attempt was told that the change is in progress … */
  readonly continues: boolean;
  /** … and whether any has ended without a result. */
  readonly lost: boolean;
}

/** What earlier attempts recorded: their result, or how the latest one stands. */
const earlierAttempts = async (journal: Journal, started: string): Promise<Finished | Unfinished> => {
  let unfinished: Unfinished = { kind: 'running', until: started, continues: false, lost: false };
  for (;;)
    switch (journal.upcoming?.kind) {
      case 'apply.resumed': {
        const { deadline, continues } = (await journal.once('apply.resumed', neverProduced)).event.data;
        unfinished = { ...unfinished, kind: 'running', until: deadline, lost: unfinished.lost || continues !== true };
        break;
      }
      case 'apply.waiting': {
        const { until, unanswered } = (await journal.once('apply.waiting', neverProduced)).event.data;
        unfinished = { ...unfinished, kind: 'waiting', until, continues: unfinished.continues || unanswered !== true };
        break;
      }
      case 'apply.finished':
        return (await journal.once('apply.finished', neverProduced)).event.data;
      default:
        return unfinished;
    }
};

/** After `apply.started`: until then nothing has begun, and a further attempt asks policy about the cooldown again. */
const beginCooldown = ({ purpose, planned: { plan } }: PendingChange, { ledger, clock }: ApplyPorts): Promise<void> =>
  startCooldown(ledger, refOf(plan.target), clock.now(), purpose === 'apply' && plan.facts.cutPercent !== 0);

const started = (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
  grantId: string,
): Promise<RecordedEvent<'apply.started'>> =>
  journal.once('apply.started', () => {
    const { purpose, planned } = pending;
    const { input, target } = plannedChange(pending);
    const { digest, plan } = planned;
    const change = {
      digest,
      purpose,
      grantId,
      tool: plan.tool,
      input: JsonObject.parse(input),
      targetArn: refOf(target),
    };
    return { data: { ...change, deadline: ports.deadline.at().toISOString() } };
  });

/**
 * Records `apply.started`, then makes the change. An attempt that finds an earlier one fails, for the state
 * machine to retry, until that one cannot be running any more; then it reconciles with the real state of the target.
 * One that left the change in progress is not running any more: after its wait the change is continued. Of racing
 * attempts the conditional append lets one through. So no change is made twice, whatever is retried.
 */
export const makeChange = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
  grantId: string,
): Promise<Finished | Waiting> => {
  const { purpose, planned } = pending;
  const { digest } = planned;
  const start = await started(pending, journal, ports, grantId);
  const ownEnd = Date.parse(start.event.at) + CHANGE_SECONDS * 1000;
  const record = (attempted: Attempted, endsAt: number) => recordAttempt(pending, journal, ports, attempted, endsAt);
  if (!start.replayed) {
    await beginCooldown(pending, ports);
    return record(await makeFirstAttempt(pending, journal, ports), ownEnd);
  }

  const earlier = await earlierAttempts(journal, start.event.data.deadline);
  if (!('kind' in earlier)) return earlier;
  const { redeemedAt, hasBegun } = await knownOnlyToUs(pending, journal, ports);
  const lastEnd = redeemedAt.getTime() + LONGEST_CHANGE_SECONDS * 1000;
  const endsAt = ownEnd < lastEnd ? ownEnd : lastEnd;
  const now = ports.clock.now().getTime();
  if (earlier.kind === 'running' && Date.parse(earlier.until) > now) throw inFlight(earlier.until);
  if (earlier.kind === 'waiting' && Math.min(Date.parse(earlier.until), endsAt) > now)
    return { waitUntil: new Date(Math.min(Date.parse(earlier.until), endsAt)).toISOString() };
  const resumed = await journal.once('apply.resumed', () => {
    const data: EventData<'apply.resumed'> = { digest, purpose, deadline: ports.deadline.at().toISOString() };
    return { data: { ...data, ...(earlier.kind === 'waiting' && { continues: true }) } };
  });
  const lost = earlier.lost || earlier.kind === 'running';
  if (resumed.replayed) throw inFlight(resumed.event.data.deadline);
  const refused = hasBegun ? undefined : await refusedBeforeBeginning(pending, journal, ports);
  if (refused !== undefined) return record(refused, endsAt);
  if (lost || !hasBegun) await beginCooldown(pending, ports);
  return record(await resumeChange(pending, journal, ports, { continues: earlier.continues, lost, endsAt }), endsAt);
};

/**
 * What the ledger says about a change in rows that only the change zone may write. Every function may append to a trace,
 * so the events there can neither lengthen a change nor make one count as begun, which is checked no more.
 */
const knownOnlyToUs = async (
  { grant, planned: { plan } }: PendingChange,
  { entry }: Journal,
  { ledger }: ApplyPorts,
): Promise<{ readonly redeemedAt: Date; readonly hasBegun: boolean }> => {
  const redeemedAt = grant && (await redeemedAtBy(ledger, grant.id, entry));
  if (redeemedAt === undefined) throw contractBroken('A change was begun whose grant this entry did not use up.');
  const last = await lastChange(ledger, refOf(plan.target));
  return { redeemedAt, hasBegun: last !== undefined && Date.parse(last.lastChangeAt) >= redeemedAt.getTime() };
};

/** Records what an attempt came to. A change that is in progress when its time is over ends as unknown. */
const recordAttempt = async (
  pending: PendingChange,
  journal: Journal,
  { clock, ledger }: ApplyPorts,
  attempted: Attempted,
  endsAt: number,
): Promise<Finished | Waiting> => {
  const now = clock.now().getTime();
  if (!('seconds' in attempted) || now >= endsAt) {
    const data = 'seconds' in attempted ? await overdue(pending, attempted) : attempted;
    const { digest, plan } = pending.planned;
    if (data.outcome === 'unknown' && data.purpose === 'apply')
      await markUnfinished(ledger, refOf(plan.target), digest);
    return (await journal.once('apply.finished', () => ({ data }))).event.data;
  }
  const { purpose, planned } = pending;
  const until = new Date(Math.min(now + attempted.seconds * 1000, endsAt)).toISOString();
  const { says, unanswered } = attempted;
  const data = { digest: planned.digest, purpose, until, says, ...(unanswered && { unanswered }) };
  return { waitUntil: (await journal.once('apply.waiting', () => ({ data }))).event.data.until };
};
