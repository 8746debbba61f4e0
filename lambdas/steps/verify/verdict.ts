import type { Agent } from '../../contracts/agent.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Plan } from '../../contracts/plan.ts';
import { verificationSeconds } from '../../kernel/changes/timing.ts';
import type { HealedBy } from '../../contracts/subject.ts';
import type { HealthCheck } from '../../tools/tool.ts';

type Verified = EventData<'change.verified'>;

/** The health checks after a change, not yet evaluated. */
export interface HealthSnapshot {
  readonly postCondition: HealthCheck;
  readonly alarm: HealthCheck;
  readonly guards: readonly HealthCheck[];
  /** The alarms that joined the incident. They decide nothing. */
  readonly joined?: HealthCheck;
  readonly secondsSinceChange: number;
  readonly reversible: boolean;
  readonly healedBy: HealedBy;
  /** What the plan says about its verification, if anything. */
  readonly verification?: Plan['verification'];
  /** The change came to no end, and the target is on the way: stopped, for example. */
  readonly leftHalfWay: boolean;
}

const outcomeOf = (
  { postCondition, alarm, guards, verification, leftHalfWay, healedBy, secondsSinceChange }: HealthSnapshot,
  windowOver: boolean,
): Verified['outcome'] => {
  if (guards.some((guard) => guard.outcome === 'bad')) return 'worse';
  // Waiting heals nothing that is stopped and that nobody is about to start.
  if (postCondition.outcome === 'bad') return windowOver || leftHalfWay ? 'worse' : 'waiting';
  // Whoever writes the target from elsewhere has not had the time yet to write the old values back.
  const isTooEarly = secondsSinceChange < (verification?.lookAgainSeconds ?? 0);
  if (alarm.outcome === 'good' && postCondition.outcome === 'good' && !isTooEarly) return 'healed';
  if (!windowOver) return 'waiting';
  // Without an alarm, a target that has stayed as planned for the whole window counts as healed.
  if (healedBy === 'target' && postCondition.outcome === 'good') return 'healed';
  // An alarm that cannot be back by now says nothing about the change.
  return alarm.outcome === 'bad' && verification?.inTime !== false ? 'unhealed' : 'inconclusive';
};

/** What the health checks mean, and what follows. Pure. A change that made things worse is rolled back at once if it can be. */
export const verdictOf = (snapshot: HealthSnapshot, agent: Agent): Pick<Verified, 'outcome' | 'next'> => {
  const windowOver = snapshot.secondsSinceChange >= verificationSeconds(snapshot.verification, agent);
  const outcome = outcomeOf(snapshot, windowOver);
  switch (outcome) {
    case 'waiting':
      return { outcome, next: 'wait' };
    case 'worse':
      return { outcome, next: snapshot.reversible ? 'rollback' : 'report' };
    case 'unhealed':
      return {
        outcome,
        next: snapshot.reversible && agent.verification.onUnhealed === 'rollback' ? 'rollback' : 'report',
      };
    case 'healed':
    case 'inconclusive':
      return { outcome, next: 'report' };
  }
};
