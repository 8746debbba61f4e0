import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scheduleExpression } from '../../../../../lambdas/contracts/schedule.ts';
import { problemsWith } from './config-copy.ts';

const FILE = 'agents/builds.yaml';
const SAMPLE = 'agents/builds.event.json';

const agent = (more = ''): string => `name: builds
description: Looks into builds that failed.
takes:
  source: [aws.codebuild]
  detail: { build-status: [FAILED] }
tools: { observe: [get_metrics] }
model: claude-sonnet-4-6
budget: { turns: 10, tokens: 200000, dollars: 1, minutes: 30 }
budgetPerDay: { dollars: 15, incidents: 100 }
instructions: Find the first real error of the build.
${more}`;

const look = (value: string, minutes = '180'): string =>
  `firstLook:\n  - { tool: get_metrics, input: { namespace: AWS/CodeBuild, metric: ${JSON.stringify(value)}, minutes: ${minutes} } }\n`;

const sample = readFileSync('test/fixtures/events/aws/codebuild-codebuild-build-state-change.json', 'utf8');
const problems = (more: string, event: string | null = sample): readonly string[] =>
  problemsWith({ [FILE]: agent(more), ...(event !== null && { [SAMPLE]: event }) });

describe('placeholders of the event', () => {
  test.each(['$event.detail.build-id', '$event.resources[0]', '$event.account', '$event.detail-type', '$event.time'])(
    '%s is checked against the sample event beside the agent',
    (placeholder) => {
      expect(problems(look(placeholder))).toEqual([]);
      expect(problems(look(placeholder), null)).toEqual([
        `config/agents/builds.yaml:12: firstLook[0].input: nothing fills ${placeholder}: there is no sample event to check it with; add config/agents/builds.event.json, an event that the agent takes`,
      ]);
    },
  );

  test('a placeholder that leads nowhere is an error that says what there is', () => {
    expect(problems(look('$event.detail.bulid-id'))).toEqual([
      expect.stringMatching(
        /^config\/agents\/builds\.yaml:12: firstLook\[0\]\.input: nothing fills \$event\.detail\.bulid-id: in the sample event config\/agents\/builds\.event\.json, detail has no bulid-id; did you mean "build-id"\? known: build-status, /,
      ),
    ]);
  });

  test('an input that the tool would refuse is an error with its field', () => {
    expect(problems(look('$event.detail.build-id', '$event.detail.build-status'))).toEqual([
      expect.stringContaining('firstLook[0].input.minutes: expected number; found "FAILED"'),
    ]);
  });
});

describe('the sample event', () => {
  const changed = (from: string, to: string): string => {
    expect(sample).toContain(from);
    return sample.replace(from, to);
  };

  test('must be one that the agent takes, and the message names the condition', () => {
    expect(problems('', changed('"build-status": "FAILED"', '"build-status": "SUCCEEDED"'))).toEqual([
      'config/agents/builds.event.json: the agent does not take this event, because of detail.build-status in its `takes`',
    ]);
  });

  test.each([
    ['is not JSON', '{', 'config/agents/builds.event.json: expected an EventBridge event as a JSON object'],
    [
      'lacks a part of the envelope',
      changed('"account": "123456789012",', ''),
      'config/agents/builds.event.json: account: missing: expected string',
    ],
  ])('that %s is refused in words', (_, event, says) => {
    expect(problems('', event)).toEqual([says]);
  });

  test('of an agent that is not there is refused', () => {
    expect(problemsWith({ 'agents/gone.event.json': sample })).toEqual([
      'config/agents/gone.event.json: there is no agent file config/agents/gone.yaml for this sample event',
    ]);
  });

  test('shows a path of `dedupe` that leads nowhere', () => {
    expect(problems('dedupe: [detail.build-id]\n')).toEqual([]);
    expect(problems('dedupe: [detail.build-id, detail.nowhere]\n')).toEqual([
      expect.stringContaining('dedupe[1]: detail.nowhere leads nowhere: in the sample event'),
    ]);
    expect(problems('dedupe: ["detail..x"]\n')).toEqual([expect.stringContaining('dedupe[0]: a path in the event')]);
  });
});

describe('a schedule', () => {
  const clock = (every: string, more = ''): readonly string[] =>
    problemsWith({ [FILE]: agent(`every: ${every}\n${more}`).replace(/takes:\n.*\n.*\n/, '') });

  test.each([
    ['hour', 'rate(1 hour)'],
    ['day', 'rate(1 day)'],
    ['week', 'rate(7 days)'],
    ['rate(5 minutes)', 'rate(5 minutes)'],
    ['cron(0 8 ? * MON-FRI *)', 'cron(0 8 ? * MON-FRI *)'],
    ['cron(0/15 8-18 1,15 JAN-MAR ? 2026)', 'cron(0/15 8-18 1,15 JAN-MAR ? 2026)'],
    ['cron(0 8 L * ? *)', 'cron(0 8 L * ? *)'],
  ])('%s needs no `takes`', (every, expression) => {
    expect(clock(every)).toEqual([]);
    expect(scheduleExpression(every)).toBe(expression);
  });

  test.each([
    'month',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 weeks)',
    'cron(0 8 * * * *)',
    'cron(0 25 ? * * *)',
    'cron(0 8 ? * MON *) x',
    'cron(0 8 ? * MON)',
  ])('%s is refused, with what is expected', (every) => {
    expect(clock(every)).toEqual([
      expect.stringContaining('every: hour, day or week, or an expression of EventBridge'),
    ]);
  });

  test('an agent without it and without `takes` is refused, since nothing would start it', () => {
    expect(problemsWith({ [FILE]: agent().replace(/takes:\n.*\n.*\n/, '') })).toEqual([
      expect.stringContaining(
        'takes: missing: an event pattern, such as { source: [aws.codebuild] }; an agent without it needs `every`',
      ),
    ]);
  });

  test('its event is known, so placeholders need no sample event', () => {
    expect(clock('day', look('$event.detail.every'))).toEqual([]);
    expect(clock('day', look('$event.detail.evry'))).toEqual([expect.stringContaining('did you mean "every"?')]);
  });
});

test('an agent that takes alarms and is also run by the clock may declare who tells that a change of such a run helped', () => {
  const clock = agent('every: week\nverification: { healedBy: target }\n').replace(
    '[aws.codebuild]',
    '[aws.cloudwatch]',
  );
  expect(problemsWith({ [FILE]: clock })).toEqual([]);
});

test('an agent that takes alarms cannot declare who tells that a change helped', () => {
  const verification = 'verification: { healedBy: target }\n';
  expect(problems(verification)).toEqual([]);
  expect(problemsWith({ [FILE]: agent(verification).replace('[aws.codebuild]', '[aws.cloudwatch]') })).toEqual([
    expect.stringContaining(
      'verification.healedBy: this agent takes alarms, and an alarm itself tells whether it healed',
    ),
  ]);
});

test('an agent that takes alarms and events of another source may declare who tells that a change helped after those', () => {
  const both = agent('verification: { healedBy: target }\n').replace(
    '[aws.codebuild]',
    '[aws.cloudwatch, alertmanager]',
  );
  expect(problemsWith({ [FILE]: both })).toEqual([]);
});
