import { describe, expect, test } from 'vitest';
import { BASE, complaint } from './complaint.ts';

describe('a bad line is refused with file, line, field, value and what was expected', () => {
  const answer = (fields: string): string => `${BASE}answers:\n  - { service: logs, command: GetLogEvents, ${fields} }`;
  test.each([
    [
      'a service that no tool can call',
      answer('answer: {}').replace('logs', 'cloudwach'),
      /^w.yaml:4: answers\[0\].service is "cloudwach", expected an AWS service that a tool can call; did you mean "cloudwatch"\?/,
    ],
    [
      'no service',
      `${BASE}answers: [{ command: A, answer: {} }]`,
      /answers\[0\].service is missing, expected an AWS service/,
    ],
    [
      'a command as IAM spells it',
      answer('answer: {}').replace('GetLogEvents', 'logs:GetLogEvents'),
      /answers\[0\].command is "logs:GetLogEvents", expected a command such as/,
    ],
    ['neither answer nor error', answer('times: 1'), /answers\[0\] is .*expected exactly one of answer, error/],
    ['both answer and error', answer('answer: {}, error: { code: A }'), /exactly one of answer, error/],
    ['an answer that is no object', answer('answer: [1]'), /answers\[0\].answer is \[1\], expected record/],
    [
      'an error without a code',
      answer("error: { message: 'No.' }"),
      /answers\[0\].error.code is missing, expected string/,
    ],
    ['no times at all', answer('answer: {}, times: 0'), /answers\[0\].times is 0, expected/],
    [
      'an end before its start',
      answer('answer: {}, from: +5m, until: +1m'),
      /answers\[0\].until is "\+1m", expected a time after from/,
    ],
    [
      'a time in no unit',
      answer("answer: {}, from: '+5'"),
      /answers\[0\].from is "\+5", expected a time relative to now/,
    ],
    [
      'a change of nothing',
      answer('answer: {}, mutating: true'),
      /answers\[0\].resources is missing, expected with mutating: true, the ARNs of what the call changes/,
    ],
    [
      'resources of a read',
      answer("answer: {}, resources: ['arn:aws:logs:eu-west-1:123456789012:log-group:a']"),
      /and none without/,
    ],
    [
      'a resource that is a pattern',
      answer("answer: {}, mutating: true, resources: ['arn:aws:logs:eu-west-1:123456789012:log-group:*']"),
      /answers\[0\].resources\[0\] is "arn.*", expected the ARN of one resource, without \* and \?/,
    ],
    [
      'a state that no line sets',
      answer('answer: {}, when: { retention: none }, set: { retention: off }'),
      /answers\[0\].when.retention is "none", expected one of the states that a line of answers: sets of this world: retention: off/,
    ],
    [
      'a state that is a number',
      answer('answer: {}, set: { build: 2 }'),
      /answers\[0\].set.build is 2, expected string/,
    ],
    ['no state', answer('answer: {}, set: {}'), /answers\[0\].set is \{\}, expected at least one name/],
    [
      'a time in a text that is none',
      answer("answer: { events: [{ timestamp: '${-5min}' }] }"),
      /^w.yaml:4: answers\[0\].answer.events\[0\].timestamp is "\$\{-5min\}", expected a time relative to the now of the world/,
    ],
    [
      'a time in a unit that is none',
      answer("answer: { at: '${-5m in hours}' }"),
      /answers\[0\].answer.at is "\$\{-5m in hours\}", expected a time relative/,
    ],
    [
      'an answer that is too large',
      answer(`answer: { text: ${'x'.repeat(1_100_000)} }`),
      /answers\[0\].answer is .*…, expected at most 1048576 bytes of JSON; it has 1100011/,
    ],
    [
      'an answer that is too deep',
      answer(`answer: { a: ${'['.repeat(200)}${']'.repeat(200)} }`),
      /answers\[0\].answer.a is .*, expected at most 100 levels deep/,
    ],
    [
      'a file of 50,000 levels',
      answer(`answer: { a: ${'['.repeat(50_000)}${']'.repeat(50_000)} }`),
      /^w.yaml:4: this YAML has too many levels$/,
    ],
    [
      'a number that JSON does not have',
      answer('answer: { a: .nan }'),
      /answers\[0\].answer.a is null, expected a text, a finite number, true/,
    ],
    [
      'too many answers',
      `${BASE}answers:\n${'  - { service: logs, command: GetLogEvents, answer: {} }\n'.repeat(1001)}`,
      /answers is .*, expected array to have <=1000 items/,
    ],
    [
      'a fault of a service that no tool can call',
      `${BASE}faults: [{ command: 'ec3:StopInstances', throttle: true }]`,
      /faults\[0\].command is "ec3:StopInstances", expected a command of an AWS service that a tool can call; did you mean "ec2"/,
    ],
    ['a field of another kind of entry', answer('answer: {}, match: {}'), /answers\[0\]: unknown field match/],
  ])('in answers: %s', (_, text, says) => {
    expect(complaint(text)).toMatch(says);
  });

  const alarm = (fields: string): string =>
    `${BASE}alarms:\n  - { name: share, threshold: 1, metrics: [{ id: m1, metric: { namespace: A, name: b } }, ${fields}] }`;
  const supported = String.raw`\+ - \* / \( \) with numbers and ids of its metrics, or ANOMALY_DETECTION_BAND`;
  test.each([
    [
      'a function',
      "{ id: e1, expression: 'FILL(m1, 0)' }",
      `expected metric math of alarm share that can be computed here: ${supported}`,
    ],
    ['SEARCH', '{ id: e1, expression: \'SEARCH("x")\' }', `metric math of alarm share .*: ${supported}`],
    ['a comparison', "{ id: e1, expression: 'm1 > 5' }", supported],
    ['an open parenthesis', "{ id: e1, expression: '(m1 + 1' }", supported],
    ['no expression', "{ id: e1, expression: '' }", supported],
    [
      'an id that is not there',
      "{ id: e1, expression: 'm1 / m2' }",
      String.raw`ids of the other metrics of alarm share \(m1\) instead of m2`,
    ],
    ['itself', "{ id: e1, expression: 'e1 + 1' }", 'instead of e1'],
    ['a circle', '{ id: e1, expression: e2 + 1 }, { id: e2, expression: e1 + 1 }', 'that does not lead back to e1'],
    ['a band of nothing', "{ id: ad1, expression: 'ANOMALY_DETECTION_BAND(m9, 2)' }", 'instead of m9'],
    ['a width that is no number', "{ id: ad1, expression: 'ANOMALY_DETECTION_BAND(m1, 1.2.3)' }", supported],
    [
      'arithmetic with a band',
      "{ id: ad1, expression: 'ANOMALY_DETECTION_BAND(m1, 2)' }, { id: e1, expression: ad1 + 1 }",
      'that does not compute with a band',
      2,
    ],
  ])('metric math that cannot be computed is refused when the file is read: %s', (_, lines, says, place = 1) => {
    expect(complaint(alarm(lines))).toMatch(
      new RegExp(String.raw`^w.yaml:4: alarms\[0\].metrics\[${place}\].expression is .*${says}`),
    );
  });

  test.each([
    [
      'an operator that is none',
      "'ALARM(share) XOR OK(share)'",
      /alarms\[0\].rule is .*expected a rule of alarm both such as/,
    ],
    [
      'an alarm that is not there',
      'ALARM(other)',
      /alarms\[0\].rule is "ALARM\(other\)", expected names of alarms of this world instead of other/,
    ],
  ])('the rule of a composite alarm has %s', (_, rule, says) => {
    expect(complaint(`${BASE}alarms: [{ name: both, rule: ${rule} }]`)).toMatch(says);
  });
});
