import { subjectFor } from '../../fixtures/subjects.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { AwsCall, ObserveManifest } from '../../../lambdas/contracts/tool.ts';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { observeTool } from '../../../lambdas/tools/tool.ts';
import { APP, APP_ARN, BUSY_SERVER, ExampleWorld } from './example-world.ts';

const withAnswers = (answers: string, more = ''): ExampleWorld =>
  new ExampleWorld(`${BUSY_SERVER}\nanswers:\n${answers}\n${more}`);
const GROUP = 'arn:aws:logs:eu-west-1:123456789012:log-group:/app/checkout';
const DELETE: AwsCall = { service: 'logs', command: 'DeleteRetentionPolicy', scope: 'target' };
const asChange = (example: ExampleWorld, targetArn = GROUP, call = DELETE) =>
  example.account.change('apply').assume({ calls: [call], targetArn, sessionName: 'inc-1' });
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: unknown) => (error instanceof InputError ? `${error.message}. ${error.advice}` : 'another error'),
  );

const READS: readonly AwsCall[] = [{ service: 'logs', command: 'DescribeMetricFilters', scope: 'any' }];

const tool = observeTool(
  {
    kind: 'observe',
    name: 'list_metric_filters',
    description: 'The metric filters of a log group.',
    input: z.strictObject({ logGroup: z.string() }),
    reads: READS,
  } satisfies ObserveManifest,
  async ({ logGroup }, { cloud }) => {
    const request = { service: 'logs', command: 'DescribeMetricFilters', input: { logGroupName: logGroup } } as const;
    const filters = z.object({
      metricFilters: z.array(z.object({ filterName: z.string(), creationTime: z.number() })),
    });
    return filters
      .parse(await cloud.send(request))
      .metricFilters.map((filter) => `${filter.filterName} since ${new Date(filter.creationTime).toISOString()}`)
      .join('\n');
  },
);
const FILTERS = `
  - service: logs
    command: DescribeMetricFilters
    input: { logGroupName: /app/checkout }
    answer: { metricFilters: [{ filterName: errors, creationTime: '\${-2h in ms}' }] }`;

test('a tool whose command the simulator does not have plays by answers alone, with the calls of its manifest', async () => {
  const example = withAnswers(FILTERS);
  const cloud = example.account.cloud({ step: 'observe' }, READS);
  const context = { cloud, clock: example.clock, subject: subjectFor() };
  expect(await tool.run({ logGroup: '/app/checkout' }, context)).toBe('errors since 2026-11-20T07:26:20.000Z');
  expect(example.calls).toMatchObject([
    { service: 'logs', command: 'DescribeMetricFilters', mutating: false, outcome: 'ok' },
  ]);
});

test('a call that nobody answers is an error that names it, its input, and the file that a line is missing in', async () => {
  const example = withAnswers(FILTERS);
  expect(await messageOf(example.send('logs:DescribeMetricFilters', { logGroupName: '/app/pay' }))).toBe(
    'simulated account: no answer to logs:DescribeMetricFilters with the input {"logGroupName":"/app/pay"}: the simulator ' +
      'does not have this command, and each line of answers: about it (1) is used up or is for another input, time or state ' +
      '(state now: none). ' +
      'Add a line to answers: of world.yaml. { service: logs, command: DescribeMetricFilters, input: …, answer: … } ' +
      '(see docs/world-format.md)',
  );
  expect(await messageOf(example.send('ec2:DescribeVpcs'))).toMatch(
    /no answer to ec2:DescribeVpcs with the input \{\}: .* no line of answers: is about it\. Add a line to answers: of world\.yaml/,
  );
});

const read = (more: string, answer: string): string =>
  `  - { service: logs, command: DescribeLogGroups, ${more}answer: { is: ${answer} } }\n`;
const is = async (example: ExampleWorld, input = {}): Promise<unknown> =>
  z.object({ is: z.unknown() }).parse(await example.send('logs:DescribeLogGroups', input)).is;

describe('lines are taken in order', () => {
  test('a line that is used up is passed over, and the last one stays', async () => {
    const example = withAnswers(read('times: 1, ', 'first') + read('times: 2, ', 'second') + read('', 'last'));
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push(await is(example));
    expect(answers).toEqual(['first', 'second', 'second', 'last', 'last']);
  });

  test.each([
    ['a field with another value', { prefix: 'b' }, 'other'],
    ['a field that is missing', {}, 'other'],
    ['a further field', { prefix: 'a', limit: 5 }, 'a'],
  ])('every field of the pattern must match: %s', async (_, input, answer) => {
    expect(await is(withAnswers(read('input: { prefix: a }, ', 'a') + read('', 'other')), input)).toBe(answer);
  });

  test.each([
    ['the same list, and more inside an object', { ids: ['a', 'b'], page: { size: 5, token: 't' } }, 'same'],
    ['a list with more', { ids: ['a', 'b', 'c'], page: { size: 5 } }, 'other'],
    ['a list in another order', { ids: ['b', 'a'], page: { size: 5 } }, 'other'],
    ['a text for a number', { ids: ['a', 'b'], page: { size: '5' } }, 'other'],
  ])('lists and values must be equal: %s', async (_, input, answer) => {
    const example = withAnswers(read('input: { ids: [a, b], page: { size: 5 } }, ', 'same') + read('', 'other'));
    expect(await is(example, input)).toBe(answer);
  });

  test('a line counts only in its time', async () => {
    const example = withAnswers(read('until: +60s, ', 'early') + read('from: +60s, until: +2m, ', 'later'));
    expect(await is(example)).toBe('early');
    example.wait(60);
    expect(await is(example)).toBe('later');
    example.wait(60);
    expect(await messageOf(example.send('logs:DescribeLogGroups'))).toContain('each line of answers: about it (2)');
  });
});

const RETENTION = `
  - { service: logs, command: DescribeLogGroups, when: { retention: none }, answer: { is: for ever } }
  - { service: logs, command: DescribeLogGroups, answer: { is: 30 days } }
  - service: logs
    command: DeleteRetentionPolicy
    input: { logGroupName: /app/checkout }
    mutating: true
    resources: ['${GROUP}']
    set: { retention: none }
    answer: {}`;

describe('a line with mutating: true', () => {
  const input = { logGroupName: '/app/checkout' };

  test('is a change: recorded as one, in CloudTrail, and seen by later reads', async () => {
    const example = withAnswers(RETENTION);
    expect(await is(example)).toBe('30 days');
    await example.send('logs:DeleteRetentionPolicy', input, await asChange(example));
    expect(await is(example)).toBe('for ever');
    expect(example.calls[1]).toMatchObject({ command: 'DeleteRetentionPolicy', mutating: true, outcome: 'ok' });
    const LookupAttributes = [{ AttributeKey: 'ResourceName', AttributeValue: '/app/checkout' }];
    expect(await example.send('cloudtrail:LookupEvents', { LookupAttributes })).toMatchObject({
      Events: [{ EventName: 'DeleteRetentionPolicy', Username: 'inc-1' }],
    });
  });

  test('is refused to a session for another target, and then changes nothing', async () => {
    const example = withAnswers(RETENTION);
    const other = await asChange(example, `${GROUP}-2`);
    expect((await example.refusal('logs:DeleteRetentionPolicy', input, other)).code).toBe('AccessDeniedException');
    expect(await is(example)).toBe('30 days');
  });

  test('is refused to a step whose manifests do not list the call', async () => {
    const example = withAnswers(RETENTION);
    const reads = example.account.cloud({ step: 'observe' }, READS);
    expect((await example.refusal('logs:DeleteRetentionPolicy', input, reads)).code).toBe('AccessDeniedException');
    expect(await is(example)).toBe('30 days');
  });

  test('answers a dry run as AWS does, and changes nothing', async () => {
    const example = withAnswers(RETENTION);
    const dry = { ...input, DryRun: true };
    expect((await example.refusal('logs:DeleteRetentionPolicy', dry, await asChange(example))).code).toBe(
      'DryRunOperation',
    );
    expect(await is(example)).toBe('30 days');
  });
});

test('a line that does not say what it changes is not answered under change credentials', async () => {
  const example = withAnswers('  - { service: logs, command: DeleteRetentionPolicy, answer: {} }');
  expect(await messageOf(example.send('logs:DeleteRetentionPolicy', {}, await asChange(example)))).toContain(
    'mutating: true and resources: in its line of answers:',
  );
});

describe('a line about a command of the simulator', () => {
  const STOP: AwsCall = { service: 'ec2', command: 'StopInstances', scope: 'target' };
  const stopping =
    "  - { service: ec2, command: StopInstances, times: 1, error: { code: IncorrectState, message: 'Not now.' } }";

  test('goes before it, stays a change of the same target, and the physics stay for the next call', async () => {
    const example = withAnswers(stopping);
    const other = await asChange(example, APP_ARN.replace(APP, 'i-0ffffffffffffffff'), STOP);
    const ids = { InstanceIds: [APP] };
    expect((await example.refusal('ec2:StopInstances', ids, other)).code).toBe('UnauthorizedOperation');
    const session = await asChange(example, APP_ARN, STOP);
    expect(await example.refusal('ec2:StopInstances', ids, session)).toEqual({
      code: 'IncorrectState',
      message: 'Not now.',
    });
    expect((await example.instance()).state).toBe('running');
    await example.send('ec2:StopInstances', ids, session);
    expect((await example.instance()).state).toBe('stopping');
    expect(example.calls.map(({ mutating }) => mutating)).toEqual([true, true, false, true, false]);
  });

  test('cannot take the target of a call out of the check of the session', async () => {
    const example = withAnswers(
      `  - { service: ec2, command: StopInstances, mutating: true, resources: ['${APP_ARN}'], answer: {} }`,
    );
    const session = await asChange(example, APP_ARN, STOP);
    const other = { InstanceIds: ['i-0ffffffffffffffff'] };
    expect((await example.refusal('ec2:StopInstances', other, session)).code).toBe('UnauthorizedOperation');
  });

  test('leaves dry runs to it', async () => {
    const example = withAnswers(stopping);
    const dry = { InstanceIds: [APP], DryRun: true };
    expect((await example.refusal('ec2:StopInstances', dry)).code).toBe('DryRunOperation');
    expect((await example.refusal('ec2:StopInstances', { ...dry, InstanceIds: ['i-0ffffffffffffffff'] })).code).toBe(
      'InvalidInstanceID.NotFound',
    );
    expect((await example.refusal('ec2:StopInstances', { InstanceIds: [APP] })).code).toBe('IncorrectState');
  });

  test('leaves other inputs to the simulator', async () => {
    const example = withAnswers(
      '  - { service: cloudwatch, command: DescribeAlarms, input: { AlarmNames: [x] }, answer: { MetricAlarms: [], CompositeAlarms: [] } }',
    );
    expect([await example.alarm('x'), await example.alarm()]).toEqual(['missing', 'ALARM']);
  });
});

describe('faults happen to answered calls too', () => {
  test('an error, and the line is not used up by it', async () => {
    const faults = 'faults: [{ command: logs:DescribeLogGroups, times: 1, error: { code: InternalError } }]';
    const example = withAnswers(read('times: 1, ', 'first') + read('', 'then'), faults);
    expect((await example.refusal('logs:DescribeLogGroups')).code).toBe('InternalError');
    expect([await is(example), await is(example)]).toEqual(['first', 'then']);
  });

  test('an outage', async () => {
    const example = withAnswers(read('', 'x'), "faults: [{ command: 'logs:*', throttle: true }]");
    await expect(is(example)).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
  });
});

test('times in an answer are times of the world, and other texts stay as they are', async () => {
  const example = withAnswers(`
  - service: logs
    command: DescribeLogGroups
    answer:
      at: '\${-5m}'
      list: [{ seconds: '\${now in s}', ms: '\${+1s in ms}' }]
      text: 'from \${-1h} to \${now}, \${HOME} and \${now_playing} and {{-5m}}'`);
  example.wait(3600);
  expect(await example.send('logs:DescribeLogGroups')).toEqual({
    at: '2026-11-20T09:21:20.000Z',
    list: [{ seconds: 1795166780, ms: 1795166781000 }],
    text: 'from 2026-11-20T08:26:20.000Z to 2026-11-20T09:26:20.000Z, ${HOME} and ${now_playing} and {{-5m}}',
  });
});
