import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Agent } from '../../../../../lambdas/contracts/agent.ts';
import { checkPattern, matchesPattern } from '../../../../../lambdas/kernel/policy/rules/event-pattern.ts';

const metric = (namespace: string) => ({
  id: 'm1',
  metricStat: {
    metric: { namespace, name: 'CPUUtilization', dimensions: { InstanceId: 'i-1' } },
    period: 60,
    stat: 'Average',
  },
});
const alarm = (metrics: readonly unknown[] | undefined, value = 'ALARM') => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  detail: { alarmName: 'a', state: { value }, configuration: metrics ? { metrics } : { alarmRule: 'ALARM(b)' } },
});
const takesOf = (name: string) => Agent.parse(parse(readFileSync(`config/agents/${name}.yaml`, 'utf8'))).takes ?? {};

describe('an event is taken by', () => {
  test.each([
    ['an EC2 alarm', alarm([metric('AWS/EC2')]), true, true],
    ['an Auto Scaling alarm', alarm([metric('AWS/AutoScaling')]), true, true],
    ['an agent metric', alarm([metric('CWAgent')]), true, true],
    ['metric math over EC2', alarm([{ id: 'e1', expression: 'm1 * 2' }, metric('AWS/EC2')]), true, true],
    ['an alarm of another service', alarm([metric('AWS/RDS')]), false, true],
    ['a composite alarm', alarm(undefined), false, true],
    ['an alarm that went to OK', alarm([metric('AWS/EC2')], 'OK'), false, false],
    [
      'another event',
      { source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail: {} },
      false,
      false,
    ],
  ])('%s', (_, event, responder, triage) => {
    expect(matchesPattern(takesOf('ec2-responder'), event)).toBe(responder);
    expect(matchesPattern(takesOf('triage'), event)).toBe(triage);
  });
});

/** EventBridge's documented behaviour of each operator: pattern, event, whether they match. */
test.each([
  [{ a: ['x'] }, { a: 'x' }, true],
  [{ a: ['x', 'y'] }, { a: 'y' }, true],
  [{ a: ['x'] }, { a: 'X' }, false],
  [{ a: ['1'] }, { a: 1 }, false],
  [{ a: [1] }, { a: 1 }, true],
  [{ a: [null] }, { a: null }, true],
  [{ a: [null] }, {}, false],
  [{ a: [true] }, { a: true }, true],
  [{ a: ['x'] }, {}, false],
  [{ a: ['x'], b: ['y'] }, { a: 'x' }, false],
  [{ a: ['x'] }, { a: ['w', 'x'] }, true],
  [{ a: ['x'] }, { a: { x: 'x' } }, false],
  [{ a: { b: ['x'] } }, { a: { b: 'x', c: 1 } }, true],
  [{ a: { b: ['x'] } }, { a: 'x' }, false],
  [
    { a: { b: ['x'], c: ['y'] } },
    {
      a: [
        { b: 'x', c: 'n' },
        { b: 'n', c: 'y' },
      ],
    },
    false,
  ],
  [{ a: { b: ['x'], c: ['y'] } }, { a: [{ b: 'n' }, { b: 'x', c: 'y' }] }, true],
  [{ a: [{ prefix: 'prod-' }] }, { a: 'prod-1' }, true],
  [{ a: [{ prefix: 'prod-' }] }, { a: 'preprod-1' }, false],
  [{ a: [{ prefix: 'prod-' }] }, { a: 7 }, false],
  [{ a: [{ suffix: '.png' }] }, { a: 'b.png' }, true],
  [{ a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
  [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
  [{ a: [{ 'anything-but': 'x' }] }, {}, false],
  [{ a: [{ 'anything-but': { prefix: 'dev-' } }] }, { a: 'dev-1' }, false],
  [{ a: [{ 'anything-but': { prefix: 'dev-' } }] }, { a: 'prod-1' }, true],
  [{ a: [{ exists: true }] }, { a: null }, true],
  [{ a: [{ exists: true }] }, {}, false],
  [{ a: [{ exists: true }] }, { a: { b: 1 } }, false],
  [{ a: [{ exists: false }] }, {}, true],
  [{ a: [{ exists: false }] }, { a: 'x' }, false],
  [{ a: { b: [{ exists: false }] } }, {}, true],
  [{ a: { b: [{ exists: false }] } }, { a: [] }, true],
  [{ a: [{ exists: false }, 'x'] }, { a: 'x' }, true],
  [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
  [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
  [{ a: [{ numeric: ['=', 5] }] }, { a: '5' }, false],
  [{ toString: [{ exists: false }] }, {}, true],
])('the pattern %j against %j: %s', (pattern, event, expected) => {
  expect(checkPattern(pattern)).toEqual([]);
  expect(matchesPattern(pattern, event)).toBe(expected);
});

test.each([
  [{}, 'an empty pattern would match every event', ''],
  [{ a: {} }, 'an empty pattern would match every event', 'a'],
  [{ a: 'x' }, '"x" must be a list of alternatives, such as ["x"]', 'a'],
  [{ a: [] }, 'an empty list matches nothing', 'a'],
  [{ a: [['x']] }, 'expected a value or one operator', 'a.0'],
  [{ a: ['x', { wildcard: 'y*' }] }, 'unknown operator "wildcard"; known: prefix', 'a.1'],
  [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'expected a value or one operator', 'a.0'],
  [{ a: [{ prefix: 1 }] }, '"prefix" takes a text that is not empty', 'a.0'],
  [{ a: [{ exists: 'yes' }] }, '"exists" takes true or false', 'a.0'],
  [{ a: [{ 'anything-but': [] }] }, '"anything-but" takes texts or numbers', 'a.0'],
  [{ a: [{ 'anything-but': { wildcard: 'x' } }] }, '"anything-but" takes values, a prefix or a suffix', 'a.0'],
  [{ a: [{ numeric: ['>', 'x'] }] }, '"numeric" takes one or two comparisons', 'a.0'],
  [{ a: [{ numeric: [] }] }, '"numeric" takes one or two comparisons', 'a.0'],
  [{ $or: [{ a: ['x'] }] }, '"$or" is not supported', '$or'],
])('the pattern %j is invalid, and matches nothing', (pattern, problem, path) => {
  const found = checkPattern(pattern);
  expect(found.map((one) => one.path.join('.'))).toEqual([path]);
  expect(found[0]?.problem).toContain(problem);
  for (const event of [{}, { a: 'x' }, { a: ['x'] }, { a: 1 }, { a: {} }])
    expect(matchesPattern(pattern, event)).toBe(false);
});
