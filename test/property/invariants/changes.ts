import * as z from 'zod';
import { Grant } from '../../../lambdas/contracts/grant.ts';
import { isKind } from '../../../lambdas/contracts/events.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { digestOf } from '../../../lambdas/kernel/trace/canonical.ts';
import { CATALOGUE } from '../../../lambdas/tools/catalogue.ts';
import type { PlayedCase } from '../play.ts';
import { missingYes, rejectedPlans } from './approvals.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { aimOf, mutationEventsIn, mutationsOf, planOf, startOf, type Mutation } from './mutations.ts';

/** Invariants about changes: who said yes, to what, and how often it was made. */

const named = ({ call, incidentId, purpose }: Mutation): string =>
  `${call.service}:${call.command} by ${purpose}-${incidentId.slice(0, 8)}`;

const everyMutation =
  (fault: (mutation: Mutation, played: PlayedCase) => string | undefined) =>
  (played: PlayedCase): string | undefined =>
    firstFault(mutationsOf(played), (mutation) => {
      const found = fault(mutation, played);
      return found === undefined ? undefined : `${named(mutation)}: ${found}`;
    });

const Settings = z.object({ instanceType: z.string().optional(), desired: z.number().optional() });

/** The values that a plan lets its calls set: where it goes, and, for a retreat, where it came from. */
const valuesOf = ({ before, after }: { readonly before: Json; readonly after: Json }): unknown[] =>
  [before, after].flatMap((state) => Object.values(Settings.safeParse(state).data ?? {}));

const unbacked = (mutation: Mutation, played: PlayedCase): string | undefined => {
  const started = startOf(played, mutation);
  if (started === undefined) return 'nothing on the trace announced it';
  const { digest, grantId, tool, targetArn } = started.event.data;
  const plan = planOf(played, digest);
  if (plan === undefined || digestOf(plan) !== digest) return 'its plan is not on the trace as it was digested';
  if (plan.incidentId !== mutation.incidentId || plan.tool !== tool) return 'its plan is another one';
  const redeemed = played.entries.findIndex((entry) => entry.is === 'redeemed' && entry.grantId === grantId);
  const row = played.entries[redeemed];
  if (row?.is !== 'redeemed' || redeemed > started.at) return 'no grant had been redeemed for it';
  if (
    row.row['digest'] !== digest ||
    row.row['incidentId'] !== mutation.incidentId ||
    row.row['purpose'] !== mutation.purpose
  )
    return 'the grant was for something else';
  return missingYes(played, plan, started) ?? strayed(mutation, plan, targetArn);
};

const strayed = (
  { call }: Mutation,
  plan: NonNullable<ReturnType<typeof planOf>>,
  targetArn: string,
): string | undefined => {
  const manifest = CATALOGUE.map((line) => line.manifest).find((one) => one.name === plan.tool);
  const listed =
    manifest?.kind === 'change' &&
    manifest.changes.some(({ service, command }) => service === call.service && command === call.command);
  if (!listed) return `it is not a call of ${plan.tool}`;
  const { target, value } = aimOf(call.input);
  if (target !== plan.target.id || targetArn !== plan.target.arn) return `it is aimed at ${target}`;
  return value === undefined || valuesOf(plan).includes(value) ? undefined : `it sets ${JSON.stringify(value)}`;
};

export const noChangeWithoutGrant: Invariant = {
  name: 'every change is under a grant redeemed for exactly that plan',
  exercisedBy: [
    'mutating calls',
    'grants redeemed to apply',
    'grants redeemed to roll back',
    'changes that policy let through',
    'direct calls of apply',
    'forged grants',
    'refused: target',
    'refused: policy',
    'refused: dry-run',
    'refused: trace',
    'refused: grant',
    'refused: drift',
  ],
  fault: everyMutation(unbacked),
};

/** What one attempt may do at most. Two types and two starts: the change, and the retreat when AWS has no capacity. */
const ALLOWANCE: Readonly<Record<string, number>> = {
  StopInstances: 1,
  ModifyInstanceAttribute: 2,
  StartInstances: 2,
  RebootInstances: 1,
  SetDesiredCapacity: 1,
};
/** Changes that are never made again, not even by an attempt that resumes one that died. */
const ONCE = new Set(['RebootInstances']);

const repeated = (played: PlayedCase): string | undefined => {
  const made = new Map<string, number>();
  return firstFault(mutationsOf(played), (mutation) => {
    const started = startOf(played, mutation);
    if (mutation.call.outcome !== 'ok' || started === undefined) return undefined;
    const { digest, purpose } = started.event.data;
    const resumed = mutationEventsIn(played.entries.slice(0, mutation.at), 'apply.resumed').filter(
      ({ event }) => event.data.digest === digest && event.data.purpose === purpose,
    ).length;
    const { command } = mutation.call;
    const attempt = ONCE.has(command) ? 0 : resumed;
    const key = `${digest}/${purpose}/${command}/${attempt}`;
    made.set(key, (made.get(key) ?? 0) + 1);
    return (made.get(key) ?? 0) <= (ALLOWANCE[command] ?? 0)
      ? undefined
      : `${named(mutation)} was made ${made.get(key) ?? 0} times`;
  });
};

/** An attempt is taken up again only when the one before it cannot be running any more. */
const overlapping = ({ entries }: PlayedCase): string | undefined => {
  const busy = new Map<string, string>();
  return firstFault(entries, (entry) => {
    if (entry.is !== 'event') return undefined;
    const { event } = entry;
    if (!isKind(event, 'apply.started') && !isKind(event, 'apply.resumed')) return undefined;
    const { digest, purpose, deadline } = event.data;
    const until = busy.get(`${digest}/${purpose}`);
    busy.set(`${digest}/${purpose}`, deadline);
    return until === undefined || until <= event.at
      ? undefined
      : `${purpose} was taken up again while it might be running`;
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
  ],
  fault: (played) => repeated(played) ?? overlapping(played),
};

const afterTheEnd = everyMutation((mutation, played) => {
  const started = startOf(played, mutation);
  const finished = mutationEventsIn(played.entries.slice(started?.at ?? 0, mutation.at), 'apply.finished').some(
    ({ event }) => event.incident === mutation.incidentId && event.data.purpose === mutation.purpose,
  );
  return finished ? 'its result had been recorded before' : undefined;
});

export const noChangeAfterItsResult: Invariant = {
  name: 'nothing is changed once the result stands on the trace',
  exercisedBy: ['changes finished', 'changes entered again'],
  fault: afterTheEnd,
};

export const grantsAreSingleUse: Invariant = {
  name: 'no grant is redeemed twice',
  exercisedBy: ['grants redeemed to apply', 'refused: grant used before'],
  fault: ({ entries }) => {
    const ids = new Set<string>();
    const purposes = new Set<string>();
    return firstFault(entries, (entry) => {
      if (entry.is === 'redeemed') {
        const key = JSON.stringify([entry.row['digest'], entry.row['purpose']]);
        const again = ids.has(entry.grantId) || purposes.has(key);
        ids.add(entry.grantId);
        purposes.add(key);
        return again ? `${entry.grantId} is the second one for ${key}` : undefined;
      }
      if (entry.is !== 'event' || !isKind(entry.event, 'apply.started')) return undefined;
      return ids.has(entry.event.data.grantId) ? undefined : `${entry.event.data.grantId} was used and never redeemed`;
    });
  },
};

export const rejectedIsNeverApplied: Invariant = {
  name: 'what was denied or left unanswered is never applied',
  exercisedBy: [
    'plans denied',
    'plans expired',
    'answers refused: expired',
    'answers refused: settled',
    'answers refused: not-entitled',
    'refused: approval',
  ],
  fault: (played) =>
    firstFault(rejectedPlans(played), ({ at, digest }) =>
      mutationEventsIn(played.entries.slice(at), 'apply.started').some(({ event }) => event.data.digest === digest)
        ? `${digest} was applied all the same`
        : undefined,
    ),
};

/** Where the attempt began that ended in this check. */
const beganAt = ({ entries }: PlayedCase, incidentId: string, checkedAt: number): number =>
  entries.slice(0, checkedAt).findLastIndex((entry) => entry.is === 'step' && entry.incidentId === incidentId);

/** A breaker that trips while an attempt is past reading it stops the next one; what began before may end. */
export const breakersHold: Invariant = {
  name: 'a tripped breaker stops further changes to its target, or by its agent',
  exercisedBy: ['breakers of targets tripped', 'breakers of agents tripped', 'refused: breaker'],
  fault: (played) =>
    firstFault(mutationEventsIn(played.entries, 'breaker.tripped'), ({ at, event }) => {
      const { entries } = played;
      const { scope } = event.data;
      const later = mutationEventsIn(entries, 'apply.checked').find(
        ({ at: checkedAt, event: checked }) =>
          checkedAt > at &&
          beganAt(played, checked.incident, checkedAt) > at &&
          checked.data.verdict === 'allowed' &&
          checked.data.purpose === Grant.shape.purpose.enum.apply &&
          mutationEventsIn(entries, 'apply.started').some(
            ({ event: started }) =>
              started.data.digest === checked.data.digest &&
              (started.data.targetArn === scope ||
                `agent:${planOf(played, started.data.digest)?.agent ?? ''}` === scope),
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
          : `${event.data.targetArn} was in the hands of another incident`;
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
  name: 'nothing is rolled back unless verification asked for it',
  exercisedBy: ['rollbacks', 'direct calls of rollback'],
  fault: ({ entries }) =>
    firstFault(mutationEventsIn(entries, 'apply.started'), ({ at, event }) => {
      if (event.data.purpose !== 'rollback') return undefined;
      const verified = mutationEventsIn(entries.slice(0, at), 'change.verified').findLast(
        (one) => one.event.data.digest === event.data.digest,
      );
      return verified?.event.data.next === 'rollback' ? undefined : `${event.data.digest} was undone without a reason`;
    }),
};
