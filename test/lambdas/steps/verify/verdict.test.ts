import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../../lambdas/contracts/agent.ts';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import type { HealthCheck } from '../../../../lambdas/tools/tool.ts';
import { verdictOf, type HealthSnapshot } from '../../../../lambdas/steps/verify/verdict.ts';
import { rules } from '../../../fixtures/harness.ts';

const check = (name: string, outcome: HealthCheck['outcome']): HealthCheck => ({ name, outcome, detail: '' });

const agentThat = (onUnhealed: 'rollback' | 'keep'): Agent => ({
  ...agentOf(rules, 'ec2-responder'),
  verification: { windowMinutes: 15, longestWindowMinutes: 60, onUnhealed, ifRecovered: 'refuse' },
});

type Case = [
  postCondition: HealthCheck['outcome'],
  alarm: HealthCheck['outcome'],
  guard: HealthCheck['outcome'],
  minutes: number,
  reversible: boolean,
  onUnhealed: 'rollback' | 'keep',
  outcome: string,
  next: string,
];

describe('what was seen after a change, and what follows', () => {
  test.each<Case>([
    // healed, as soon as both say so
    ['good', 'good', 'good', 3, true, 'rollback', 'healed', 'report'],
    ['good', 'good', 'unknown', 3, true, 'rollback', 'healed', 'report'],
    ['good', 'good', 'good', 60, false, 'rollback', 'healed', 'report'],
    // waiting, as long as there is time
    ['good', 'bad', 'good', 3, true, 'rollback', 'waiting', 'wait'],
    ['good', 'unknown', 'good', 14, true, 'rollback', 'waiting', 'wait'],
    ['bad', 'good', 'good', 14, true, 'rollback', 'waiting', 'wait'],
    ['unknown', 'good', 'good', 14, true, 'rollback', 'waiting', 'wait'],
    // unhealed, when the window is over
    ['good', 'bad', 'good', 15, true, 'rollback', 'unhealed', 'rollback'],
    ['good', 'bad', 'good', 15, true, 'keep', 'unhealed', 'report'],
    ['good', 'bad', 'good', 15, false, 'rollback', 'unhealed', 'report'],
    // worse, at once by a guard, or when the change never took hold
    ['good', 'good', 'bad', 1, true, 'keep', 'worse', 'rollback'],
    ['good', 'bad', 'bad', 1, false, 'rollback', 'worse', 'report'],
    ['bad', 'good', 'good', 15, true, 'keep', 'worse', 'rollback'],
    ['bad', 'bad', 'good', 15, false, 'rollback', 'worse', 'report'],
    // inconclusive is neither a success nor a reason to undo
    ['good', 'unknown', 'good', 15, true, 'rollback', 'inconclusive', 'report'],
    ['unknown', 'good', 'good', 15, true, 'rollback', 'inconclusive', 'report'],
    ['unknown', 'unknown', 'unknown', 15, true, 'rollback', 'inconclusive', 'report'],
  ])(
    'post-condition %s, alarm %s, guard %s after %i min, reversible %s, if unhealed %s: %s, %s',
    (postCondition, alarm, guard, minutes, reversible, onUnhealed, outcome, next) => {
      const snapshot: HealthSnapshot = {
        postCondition: check('post-condition', postCondition),
        alarm: check('alarm', alarm),
        guards: [check('status checks', guard)],
        secondsSinceChange: minutes * 60,
        reversible,
        leftHalfWay: false,
        healedBy: 'alarm',
      };
      expect(verdictOf(snapshot, agentThat(onUnhealed))).toEqual({ outcome, next });
    },
  );
});

test('one guard that got worse outweighs those that did not', () => {
  const snapshot: HealthSnapshot = {
    postCondition: check('post-condition', 'good'),
    alarm: check('alarm', 'good'),
    guards: [check('status checks', 'good'), check('error rate', 'bad')],
    secondsSinceChange: 60,
    reversible: true,
    leftHalfWay: false,
    healedBy: 'alarm',
  };
  expect(verdictOf(snapshot, agentThat('keep')).outcome).toBe('worse');
});

describe('a plan that says how long its verification waits', () => {
  const after = (minutes: number, verification: HealthSnapshot['verification']) =>
    verdictOf(
      {
        postCondition: check('post-condition', 'good'),
        alarm: check('alarm', 'bad'),
        guards: [],
        secondsSinceChange: minutes * 60,
        reversible: true,
        leftHalfWay: false,
        healedBy: 'alarm',
        verification,
      },
      agentThat('rollback'),
    );
  const slow = { waitSeconds: 40 * 60, alarmNeedsSeconds: 40 * 60, inTime: true };

  test('is not undone before its alarm could be back', () => {
    expect(after(39, slow)).toEqual({ outcome: 'waiting', next: 'wait' });
    expect(after(40, slow)).toEqual({ outcome: 'unhealed', next: 'rollback' });
  });

  test('never waits less than the agent says, nor longer than its longest window', () => {
    expect(after(14, { ...slow, waitSeconds: 1 })).toEqual({ outcome: 'waiting', next: 'wait' });
    expect(after(60, { ...slow, waitSeconds: 1_000_000 })).toEqual({ outcome: 'unhealed', next: 'rollback' });
  });

  test('does not count as healed before somebody else has had the time to write the old values back', () => {
    const healthy = (minutes: number, postCondition: HealthCheck['outcome'] = 'good') =>
      verdictOf(
        {
          postCondition: check('post-condition', postCondition),
          alarm: check('alarm', 'good'),
          guards: [],
          secondsSinceChange: minutes * 60,
          reversible: true,
          leftHalfWay: false,
          healedBy: 'alarm',
          verification: { waitSeconds: 30 * 60, alarmNeedsSeconds: null, inTime: true, lookAgainSeconds: 12 * 60 },
        },
        agentThat('rollback'),
      ).outcome;
    expect([healthy(3), healthy(11), healthy(12)]).toEqual(['waiting', 'waiting', 'healed']);
    expect([healthy(11, 'bad'), healthy(30, 'bad')]).toEqual(['waiting', 'worse']);
  });

  test('stays when its alarm could not be back in time: that it is still on proves nothing', () => {
    const late = { waitSeconds: 60 * 60, alarmNeedsSeconds: 7200, inTime: false };
    expect(after(60, late)).toEqual({ outcome: 'inconclusive', next: 'report' });
  });
});

test.each([
  [true, 'worse', 'rollback'],
  [false, 'waiting', 'wait'],
])('a target that the change left half-way (%s) is not waited for: %s, %s', (leftHalfWay, outcome, next) => {
  const snapshot: HealthSnapshot = {
    postCondition: check('post-condition', 'bad'),
    alarm: check('alarm', 'bad'),
    guards: [],
    secondsSinceChange: 1,
    reversible: true,
    leftHalfWay,
    healedBy: 'alarm',
  };
  expect(verdictOf(snapshot, agentThat('keep'))).toEqual({ outcome, next });
});
