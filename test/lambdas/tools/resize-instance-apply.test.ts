import { expect, test } from 'vitest';
import { CloudError, StepError } from '../../../lambdas/contracts/errors.ts';
import { manifest } from '../../../lambdas/tools/resize-instance/manifest.ts';
import { tool } from '../../../lambdas/tools/resize-instance/tool.ts';
import { ID } from './aws-answers.ts';
import { changing } from './context.ts';
import { Machine, type Start } from './ec2-machine.ts';

const change = {
  input: { instanceId: ID, instanceType: 'm7i.xlarge', why: 'CPU has been full for an hour (E2).' },
  target: {
    kind: 'ec2-instance',
    id: ID,
    arn: `arn:aws:ec2:eu-west-1:123456789012:instance/${ID}`,
    account: '123456789012',
    region: 'eu-west-1',
    environment: 'staging',
    tags: {},
  },
  before: { instanceType: 'm7i.large', state: 'running' },
  after: { instanceType: 'm7i.xlarge', state: 'running' },
};

/** Calls the tool once. */
const apply = (start: Start = {}, continues = false) => {
  const machine = new Machine(start);
  const context = { ...changing(manifest), continues };
  machine.answerFor(context);
  return { machine, context, done: tool.apply(change, context) };
};

/** Calls the tool as often as it answers that the change is in progress. */
const applyToTheEnd = (start: Start = {}) => {
  const machine = new Machine(start);
  const context = changing(manifest);
  machine.answerFor(context);
  const toTheEnd = async (continues: boolean): Promise<void> => {
    if ((await tool.apply(change, { ...context, continues })) !== undefined) return toTheEnd(true);
  };
  return { machine, context, done: toTheEnd(false) };
};

const noCapacity = new CloudError('InsufficientInstanceCapacity', 'We have no m7i.xlarge capacity.');

test('the instance is stopped, changed and started, and is running at the end', async () => {
  const { machine, context, done } = apply();
  await done;
  expect(context.change.requests.map(({ command, input }) => [command, input])).toEqual([
    ['StopInstances', { InstanceIds: [ID] }],
    ['ModifyInstanceAttribute', { InstanceId: ID, InstanceType: { Value: 'm7i.xlarge' } }],
    ['StartInstances', { InstanceIds: [ID] }],
  ]);
  expect(machine).toMatchObject({ type: 'm7i.xlarge', state: 'running' });
});

test.each([
  ['is still stopping', { state: 'stopping' }, ['ModifyInstanceAttribute', 'StartInstances']],
  ['is stopped', { state: 'stopped' }, ['ModifyInstanceAttribute', 'StartInstances']],
  ['is stopped and changed', { state: 'stopped', type: 'm7i.xlarge' }, ['StartInstances']],
  ['is changed and starting', { state: 'pending', type: 'm7i.xlarge' }, []],
  ['is changed and running', { type: 'm7i.xlarge' }, []],
])('a change that died when the instance %s continues from there', async (_when, start, expected) => {
  const { machine, context, done } = applyToTheEnd(start);
  await done;
  expect(context.change.commands).toEqual(expected);
  expect(machine).toMatchObject({ type: 'm7i.xlarge', state: 'running' });
});

test('without capacity for the new type, the instance runs again with the former type', async () => {
  const { machine, context, done } = apply({ startErrors: [noCapacity] });
  await expect(done).rejects.toMatchObject({
    code: 'InsufficientInstanceCapacity',
    message: `InsufficientInstanceCapacity: in eu-west-1a, as m7i.xlarge: We have no m7i.xlarge capacity. ${ID} was put back to m7i.large and runs again; pick another type.`,
  });
  expect(context.change.commands).toEqual([
    'StopInstances',
    'ModifyInstanceAttribute',
    'StartInstances',
    'ModifyInstanceAttribute',
    'StartInstances',
  ]);
  expect(machine).toMatchObject({ type: 'm7i.large', state: 'running' });
});

test('a start that is accepted and then fails is detected, and the former type restored', async () => {
  const { machine, done } = applyToTheEnd({ fallsBackWith: ['Server.InsufficientInstanceCapacity'] });
  await expect(done).rejects.toMatchObject({ code: 'InsufficientInstanceCapacity' });
  expect(machine).toMatchObject({ type: 'm7i.large', state: 'running' });
});

test('if AWS rejects the type, the instance runs again as before', async () => {
  const { machine, done } = apply({
    modifyError: new CloudError('InvalidParameterCombination', 'Not for this image.'),
  });
  await expect(done).rejects.toThrow('Not for this image.');
  expect(machine).toMatchObject({ type: 'm7i.large', state: 'running' });
});

test('a throttled start is retried', async () => {
  const throttled = new StepError('CloudUnavailable', 'RequestLimitExceeded', 'Later.');
  const { machine, context, done } = apply({ startErrors: [throttled, throttled] });
  await done;
  expect(context.change.commands.filter((command) => command === 'StartInstances')).toHaveLength(3);
  expect(machine).toMatchObject({ type: 'm7i.xlarge', state: 'running' });
});

test('if the former type cannot be started either, the error says that a human has to start the instance', async () => {
  const { machine, done } = apply({ startErrors: [noCapacity, new CloudError('VcpuLimitExceeded', 'Quota.')] });
  await expect(done).rejects.toThrow(
    `${ID} could not be started again as m7i.large either (VcpuLimitExceeded: Quota.). IT IS STOPPED: a human has to start it.`,
  );
  expect(machine).toMatchObject({ type: 'm7i.large', state: 'stopped' });
});

test('a refused stop changes nothing', async () => {
  const context = changing(manifest);
  new Machine().answerFor(context);
  context.change.answers('ec2', 'StopInstances', new CloudError('OperationNotPermitted', 'Stop protection is on.'));
  await expect(tool.apply(change, context)).rejects.toThrow('Stop protection is on.');
  expect(context.change.commands).toEqual(['StopInstances']);
});

test.each([
  ['stops', {}, ['StopInstances'], 5, 'stopping'],
  ['is stopping', { state: 'stopping' }, [], 0, 'stopping'],
  ['starts', { state: 'stopped' }, ['ModifyInstanceAttribute', 'StartInstances'], 5, 'pending'],
  ['is starting', { state: 'pending' }, [], 0, 'pending'],
])(
  'while AWS keeps an instance that %s, the tool looks twice at most and answers that it is in progress',
  async (_, start, calls, slept, state) => {
    const { context, done } = apply({ ...start, stuck: true });
    expect(await done).toEqual({ seconds: 15, says: `${ID} is ${state}.` });
    expect(context.change.commands).toEqual(calls);
    expect(context.clock.sleptSeconds).toBe(slept);
  },
);

const failedStart = { state: 'stopped', type: 'm7i.xlarge', stoppedBy: 'Server.InsufficientInstanceCapacity' };

test('a start that AWS gave up while the change was in progress is detected, and the former type restored', async () => {
  const { machine, context, done } = apply(failedStart, true);
  await expect(done).rejects.toMatchObject({ code: 'InsufficientInstanceCapacity' });
  expect(context.change.commands).toEqual(['ModifyInstanceAttribute', 'StartInstances']);
  expect(machine).toMatchObject({ type: 'm7i.large', state: 'running' });
});

test('a start that failed before this change began is tried again, as when a rollback starts the instance', async () => {
  const { machine, context, done } = apply(failedStart);
  expect(await done).toMatchObject({ says: `${ID} is pending.` });
  expect(context.change.commands).toEqual(['StartInstances']);
  expect(machine).toMatchObject({ type: 'm7i.xlarge', state: 'running' });
});

test.each([
  ['stopping', 'm7i.large', true],
  ['stopped', 'm7i.large', true],
  ['stopped', 'm7i.xlarge', true],
  ['pending', 'm7i.xlarge', true],
  ['running', 'm7i.large', false],
  ['running', 'm7i.xlarge', false],
  ['stopped', 'r7i.large', false],
])('%s as %s is a state that the change passes through and must not stay in: %s', (state, instanceType, isHalfWay) => {
  expect(tool.isHalfWay(change, { state, instanceType })).toBe(isHalfWay);
});
