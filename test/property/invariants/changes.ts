import { Grant } from '../../../lambdas/contracts/grant.ts';
import { isKind } from '../../../lambdas/contracts/events.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { changesIn, everyChange, nameOfChange, startOf } from './recorded-changes.ts';
import { planOf, eventsIn } from '../recording.ts';

/** Invariants about changes: made once, one incident at a time, rolled back only after verification. */

/** Calls that a change may make from one interruption to the next, however often it waits. Two of some, because a change is taken back when AWS has no capacity. */
const CALLS_PER_ATTEMPT: Readonly<Record<string, number>> = {
  StopInstances: 1,
  ModifyInstanceAttribute: 2,
  StartInstances: 2,
  RebootInstances: 1,
  SetDesiredCapacity: 1,
  SetFlag: 1,
};
/** Never made again, not even by an attempt that resumes an interrupted one. */
const ONCE = new Set(['RebootInstances']);

const repeated = (run: CaseRun): string | undefined => {
  const made = new Map<string, number>();
  return firstFault(changesIn(run), (change) => {
    const started = startOf(run, change);
    // In a cluster: `writtenOnce`.
    if (change.call.outcome !== 'ok' || started === undefined || change.session !== undefined) return undefined;
    const { digest, purpose } = started.event.data;
    const resumed = eventsIn(run.entries.slice(0, change.at), 'apply.resumed').filter(
      ({ event: { data } }) => data.digest === digest && data.purpose === purpose && data.continues !== true,
    ).length;
    const { command } = change.call;
    const attempt = ONCE.has(command) ? 0 : resumed;
    const key = `${digest}/${purpose}/${command}/${attempt}`;
    made.set(key, (made.get(key) ?? 0) + 1);
    return (made.get(key) ?? 0) <= (CALLS_PER_ATTEMPT[command] ?? 0)
      ? undefined
      : `${nameOfChange(change)} was made ${made.get(key) ?? 0} times`;
  });
};

/** A change is resumed only after the deadline of the attempt before, or at the end of its wait. */
const overlapping = ({ entries }: CaseRun): string | undefined => {
  const deadlines = new Map<string, string>();
  return firstFault(entries, (entry) => {
    if (entry.is !== 'event') return undefined;
    const { event } = entry;
    if (isKind(event, 'apply.waiting')) deadlines.set(`${event.data.digest}/${event.data.purpose}`, event.data.until);
    if (!isKind(event, 'apply.started') && !isKind(event, 'apply.resumed')) return undefined;
    const { digest, purpose, deadline } = event.data;
    const until = deadlines.get(`${digest}/${purpose}`);
    deadlines.set(`${digest}/${purpose}`, deadline);
    return until === undefined || until <= event.at
      ? undefined
      : `${purpose} was resumed before the deadline of its last attempt`;
  });
};

export const noChangeTwice: Invariant = {
  name: 'no change is made twice',
  exercisedBy: [
    'functions killed after a mutating call',
    'interrupted changes resumed',
    'changes begun twice at once',
    'changes of unknown outcome',
    'capacity errors',
    'changes read off their target (flags)',
  ],
  fault: (run) => repeated(run) ?? overlapping(run),
};

const afterItsResult = everyChange((change, run) => {
  const started = startOf(run, change);
  const finished = eventsIn(run.entries.slice(started?.at ?? 0, change.at), 'apply.finished').some(
    ({ event }) => event.incident === change.incidentId && event.data.purpose === change.purpose,
  );
  return finished ? 'its result had been recorded before' : undefined;
});

export const noChangeAfterItsResult: Invariant = {
  name: 'nothing is changed once the result is on the trace',
  exercisedBy: ['changes finished', 'changes entered again'],
  fault: afterItsResult,
};

/** The index at which the attempt began that ended in this check. */
const beganAt = ({ entries }: CaseRun, incidentId: string, checkedAt: number): number =>
  entries.slice(0, checkedAt).findLastIndex((entry) => entry.is === 'step' && entry.incidentId === incidentId);

/** A breaker that trips after an attempt has read it stops the next attempt. What has begun may finish. */
export const breakersHold: Invariant = {
  name: 'a tripped breaker stops further changes to its target, or by its agent',
  exercisedBy: ['breakers of targets tripped', 'breakers of agents tripped', 'refused: breaker'],
  fault: (run) =>
    firstFault(eventsIn(run.entries, 'breaker.tripped'), ({ at, event }) => {
      const { entries } = run;
      const { scope } = event.data;
      const later = eventsIn(entries, 'apply.checked').find(
        ({ at: checkedAt, event: checked }) =>
          checkedAt > at &&
          beganAt(run, checked.incident, checkedAt) > at &&
          checked.data.verdict === 'allowed' &&
          checked.data.purpose === Grant.shape.purpose.enum.apply &&
          eventsIn(entries, 'apply.started').some(
            ({ event: started }) =>
              started.data.digest === checked.data.digest &&
              (started.data.targetArn === scope || `agent:${planOf(run, started.data.digest)?.agent ?? ''}` === scope),
          ),
      );
      return later === undefined ? undefined : `a change of ${scope} was let through after its breaker had tripped`;
    }),
};

export const oneIncidentAtATime: Invariant = {
  name: 'two incidents never change one target at a time',
  exercisedBy: ['two incidents on one target', 'refused: lease'],
  fault: ({ entries }) => {
    const busy = new Map<string, string>();
    return firstFault(entries, (entry) => {
      if (entry.is !== 'event') return undefined;
      const { event } = entry;
      if (isKind(event, 'apply.started')) {
        const holder = busy.get(event.data.targetArn);
        busy.set(event.data.targetArn, event.incident);
        return holder === undefined || holder === event.incident
          ? undefined
          : `${event.data.targetArn} was being changed by another incident`;
      }
      const over =
        (isKind(event, 'change.verified') && event.data.next === 'report') ||
        (isKind(event, 'apply.finished') && (event.data.purpose === 'rollback' || event.data.outcome === 'failed')) ||
        isKind(event, 'incident.closed');
      if (over) for (const [arn, holder] of busy) if (holder === event.incident) busy.delete(arn);
      return undefined;
    });
  },
};

export const rollbacksAreAskedFor: Invariant = {
  name: 'nothing is rolled back unless verification asked for it, nor what cannot be undone',
  exercisedBy: ['rollbacks', 'direct calls of rollback'],
  fault: (run) =>
    firstFault(eventsIn(run.entries, 'apply.started'), ({ at, event }) => {
      if (event.data.purpose !== 'rollback') return undefined;
      const verified = eventsIn(run.entries.slice(0, at), 'change.verified').findLast(
        (one) => one.event.data.digest === event.data.digest,
      );
      if (verified?.event.data.next !== 'rollback')
        return `${event.data.digest} was rolled back without being asked for`;
      return planOf(run, event.data.digest)?.inverse.reversible === false
        ? `${event.data.digest} was rolled back, although it cannot be undone`
        : undefined;
    }),
};
