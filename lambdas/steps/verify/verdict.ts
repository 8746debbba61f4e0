import type { Agent } from '../../contracts/agent.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Look } from './health-checks.ts';

type Verified = EventData<'change.verified'>;

/** What was seen after a change, before anybody decides what it means. */
export interface Sight {
  readonly postCondition: Look;
  readonly alarm: Look;
  readonly guards: readonly Look[];
  readonly secondsSinceChange: number;
  readonly reversible: boolean;
}

const outcomeOf = ({ postCondition, alarm, guards }: Sight, windowOver: boolean): Verified['outcome'] => {
  if (guards.some((guard) => guard.outcome === 'bad')) return 'worse';
  if (postCondition.outcome === 'bad') return windowOver ? 'worse' : 'waiting';
  if (alarm.outcome === 'good' && postCondition.outcome === 'good') return 'healed';
  if (!windowOver) return 'waiting';
  return alarm.outcome === 'bad' ? 'unhealed' : 'inconclusive';
};

/** What a look means and what follows. Pure. What made things worse is undone at once, if it can be. */
export const verdictOf = (sight: Sight, { verification }: Agent): Pick<Verified, 'outcome' | 'next'> => {
  const windowOver = sight.secondsSinceChange >= verification.windowMinutes * 60;
  const outcome = outcomeOf(sight, windowOver);
  switch (outcome) {
    case 'waiting':
      return { outcome, next: 'wait' };
    case 'worse':
      return { outcome, next: sight.reversible ? 'rollback' : 'report' };
    case 'unhealed':
      return { outcome, next: sight.reversible && verification.onUnhealed === 'rollback' ? 'rollback' : 'report' };
    case 'healed':
    case 'inconclusive':
      return { outcome, next: 'report' };
  }
};
