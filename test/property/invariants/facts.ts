import type { TraceEventOf } from '../../../lambdas/contracts/events.ts';
import { agentOf } from '../../../lambdas/kernel/model/agents.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { planOf, eventsIn } from '../recording.ts';
import { refOf } from '../../../lambdas/contracts/plan.ts';

/** Invariants about what was true when a change began, not when it was proposed. */

/** The cooldown of the shipped policies, less what passes between the checks of an attempt. */
const COOLDOWN_MS = 9 * 60_000;
/** Two periods of the alarms of a case. */
const RECOVERED_MS = 2 * 60_000;
/** How long Apply waits for the alarm. One that it cannot read in that time says nothing. */
const READ_MS = 5000;

interface Begun {
  readonly at: number;
  readonly event: TraceEventOf<'apply.checked'>;
  /** The index at which the attempt entered its step. */
  readonly entered: number;
}

/** Changes that were let through to be made, rollbacks not among them. */
const begunChanges = ({ entries }: CaseRun): Begun[] =>
  eventsIn(entries, 'apply.checked').flatMap(({ at, event }) => {
    if (event.data.purpose !== 'apply' || event.data.verdict !== 'allowed') return [];
    const entered = entries
      .slice(0, at)
      .findLastIndex((entry) => entry.is === 'step' && entry.incidentId === event.incident);
    return [{ at, event, entered }];
  });

/** Whether the incident's own last change failed, so that there is no effect to wait for. */
const ownChangeFailed = ({ entries }: CaseRun, incidentId: string, before: number): boolean =>
  eventsIn(entries.slice(0, before), 'apply.finished').findLast(({ event }) => event.incident === incidentId)?.event
    .data.outcome === 'failed';

const tooSoon = (run: CaseRun, { at, event, entered }: Begun): string | undefined => {
  const plan = planOf(run, event.data.digest);
  const arn = plan && refOf(plan.target);
  const changed = run.entries
    .slice(0, Math.max(0, entered))
    .findLast((entry) => entry.is === 'changed' && entry.targetArn === arn);
  if (changed?.is !== 'changed' || ownChangeFailed(run, event.incident, at)) return undefined;
  return Date.parse(event.at) - Date.parse(changed.at) < COOLDOWN_MS
    ? `${arn ?? ''} was changed at ${changed.at}, and again at ${event.at}`
    : undefined;
};

const againstPolicy = (run: CaseRun, { event }: Begun): string | undefined => {
  const { digest, facts } = event.data;
  const plan = planOf(run, digest);
  if (plan === undefined || facts === undefined) return `${digest} began without facts of its own time`;
  const question = { ...plan, agent: agentOf(run.rules, plan.agent), facts, phase: 'plan' as const };
  const { verdict, reason } = run.policy.mayPropose(question);
  return verdict === 'permitted' ? undefined : `${digest} began although ${reason}`;
};

export const factsOfNowCount: Invariant = {
  name: 'no change begins that policy refuses with the facts of that moment',
  exercisedBy: [
    'changes refused by the facts of now: policy',
    'refused: facts',
    'plans refused at their last approval',
  ],
  fault: (run) => firstFault(begunChanges(run), (begun) => tooSoon(run, begun) ?? againstPolicy(run, begun)),
};

/** Whether Apply asked in vain how the alarm is. */
const wasUnreadable = ({ entries }: CaseRun, from: number, to: number): boolean =>
  entries
    .slice(Math.max(0, from), to)
    .some((entry) => entry.is === 'call' && entry.call.command === 'DescribeAlarms' && entry.call.outcome !== 'ok');

const withoutReason = (run: CaseRun, { at, event, entered }: Begun): string | undefined => {
  const { entries } = run;
  const alarm = entries.slice(0, at).findLast((entry) => entry.is === 'alarm' && entry.incidentId === event.incident);
  if (alarm?.is !== 'alarm' || alarm.value !== 'OK') return undefined;
  const late = Date.parse(event.at) - Date.parse(alarm.at) > READ_MS;
  if (late || wasUnreadable(run, entered, at)) return undefined;
  const dryRun = eventsIn(entries.slice(0, at), 'dry-run.finished').findLast(
    ({ event: made }) => made.data.made && made.data.digest === event.data.digest,
  );
  const from = Math.max(Date.parse(alarm.since), Date.parse(dryRun?.event.at ?? event.at));
  return Date.parse(alarm.at) - from < RECOVERED_MS
    ? undefined
    : `${event.data.digest} began at ${event.at}, although its alarm had been OK since ${alarm.since}`;
};

export const reasonsStillHold: Invariant = {
  name: 'no change begins once its alarm has been OK for two periods',
  exercisedBy: ['refused: alarm'],
  fault: (run) => firstFault(begunChanges(run), (begun) => withoutReason(run, begun)),
};
