import { describe, expect, test } from 'vitest';
import { authorize } from '../../lambdas/steps/authorize/step.ts';
import { close } from '../../lambdas/steps/close/step.ts';
import { decide } from '../../lambdas/steps/decide/step.ts';
import { dryRun } from '../../lambdas/steps/dry-run/step.ts';
import { observe } from '../../lambdas/steps/observe/step.ts';
import { openStep } from '../../lambdas/steps/open/step.ts';
import { rollback } from '../../lambdas/steps/apply/step.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { runStep } from '../../lambdas/runtime/step.ts';
import { verify } from '../../lambdas/steps/verify/step.ts';
import { DyingLedger } from '../fakes/dying-ledger.ts';
import { call } from '../fakes/preset-model.ts';
import { expectTwinsToAgree, killedEverywhere, type Scene } from '../fixtures/killing.ts';
import { NO_HELP, Room, RESIZE, rules, type RoomPorts } from '../fixtures/harness.ts';

const CONCLUSION = {
  summary: 'The server is too small.',
  rootCause: 'More orders than usual.',
  confidence: 'high',
  claims: [{ text: 'CPU is at its limit.', evidence: ['E2'] }],
};

/** The step that comes next in a room, ready to be tried again and again. */
const nextIn = (room: Room, attempt: (ports: RoomPorts) => Promise<unknown>): Scene => ({
  ledger: room.ledger,
  incident: room.at.incidentId === '' ? room.execution : room.at.incidentId,
  attempt: (ledger: Ledger) => attempt({ ...room.ports, ledger }),
  reached: () => room.calls.length + room.model.requests.length + room.notifier.sent.length,
});

const SCENES = {
  'open, for a new incident': async () => {
    const room = new Room();
    const event = room.alarmEvent();
    return nextIn(room, (ports) => runStep(openStep, { event, execution: room.execution }, ports));
  },
  'open, for an event that nobody takes': async () => {
    const room = new Room();
    return nextIn(room, (ports) => runStep(openStep, { event: {}, execution: room.execution }, ports));
  },
  'open, when the day is over its ceiling': async () => {
    const agents = rules.agents.map((agent) => ({ ...agent, budgetPerDay: { ...agent.budgetPerDay, incidents: 1 } }));
    const room = new Room({ rules: { ...rules, agents }, execution: 'incident-2' });
    const event = room.alarmEvent();
    const other = new Room({ rules: room.ports.rules, ledger: room.ledger });
    await other.open({
      ...other.alarmEvent(),
      id: 'another',
      resources: ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:b'],
    });
    return nextIn(room, (ports) => runStep(openStep, { event, execution: room.execution }, ports));
  },
  'observe, at the first look': async () => {
    const room = new Room();
    await room.open();
    return nextIn(room, (ports) => runStep(observe, room.at, ports));
  },
  'observe, with several calls': async () => {
    const room = await new Room().begin();
    await room.decide([
      call('describe_alarm', { alarm: 'cpu-high' }),
      call('describe_instances', { instanceIds: ['i-0'] }),
    ]);
    return nextIn(room, (ports) => runStep(observe, room.at, ports));
  },
  'decide, with refused calls': async () => {
    const room = await new Room().begin();
    room.model.tell([call('drop_table'), call('describe_alarm', { alarm: 'cpu-high' }), call('nothing')]);
    return nextIn(room, (ports) => runStep(decide, room.at, ports));
  },
  'decide, when it escalates': async () => {
    const room = await new Room().begin();
    room.model.tell([call('escalate', { reason: 'This needs a human.' })]);
    return nextIn(room, (ports) => runStep(decide, room.at, ports));
  },
  'authorize, for a permitted proposal': async () => {
    const room = await new Room().begin();
    await room.decide([call(RESIZE.tool, RESIZE.input)]);
    return nextIn(room, (ports) => runStep(authorize, room.at, ports));
  },
  'authorize, when a breaker trips': async () => {
    const room = await new Room().begin();
    await room.decide([call(RESIZE.tool, { ...RESIZE.input, instanceType: 't3.nano' })]);
    return nextIn(room, (ports) => runStep(authorize, room.at, ports));
  },
  'authorize, for a confirmed plan': async () => {
    const room = await new Room().begin();
    await room.propose(RESIZE.tool, RESIZE.input);
    await room.decide([call('confirm_plan', { plan: 'P1' })]);
    return nextIn(room, (ports) => runStep(authorize, room.at, ports));
  },
  'dry-run': async () => {
    const room = await new Room().begin();
    await room.decide([call(RESIZE.tool, RESIZE.input)]);
    await room.authorize();
    return nextIn(room, (ports) => runStep(dryRun, room.at, ports));
  },
  verify: async () => {
    const room = await (await new Room().begin()).untilGranted();
    await room.apply();
    await room.verify();
    return nextIn(room, (ports) => runStep(verify, room.at, ports));
  },
  'close, for an accepted conclusion': async () => {
    const room = await new Room().begin();
    await room.decide([call('conclude', CONCLUSION)]);
    return nextIn(room, (ports) => runStep(close, room.at, ports));
  },
  'close, for a rejected conclusion': async () => {
    const room = await new Room().begin();
    await room.decide([call('conclude', { ...CONCLUSION, claims: [] })]);
    return nextIn(room, (ports) => runStep(close, room.at, ports));
  },
  'close, after a failure': async () => {
    const room = await new Room().begin();
    return nextIn(room, (ports) => runStep(close, { ...room.at, error: { Error: 'States.Timeout' } }, ports));
  },
} satisfies Record<string, () => Promise<Scene>>;

describe('a step that is killed before any of its writes and tried again leaves the undisturbed trace', () => {
  test.each(Object.entries(SCENES))('%s', async (_name, scene) => {
    const { again } = await killedEverywhere(scene);
    expect(again.at(-1), 'a retry after everything was recorded reaches nobody').toBe(0);
  });
});

describe('two attempts of a step at once come to one trace', () => {
  test.each(Object.entries(SCENES))('%s', async (_name, scene) => {
    await expectTwinsToAgree(scene);
  });
});

test('a retry does not ask the model again whose answer is recorded', async () => {
  const { undisturbed, again } = await killedEverywhere(SCENES['decide, with refused calls']);
  expect(undisturbed).toBe(1);
  // Setting money aside takes two writes and recording it one; the answer is the fourth.
  expect(again.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(new Set(again.slice(4))).toEqual(new Set([0]));
});

test('observations that are recorded are not made again', async () => {
  const { undisturbed, again } = await killedEverywhere(SCENES['observe, with several calls']);
  expect(again[0]).toBe(undisturbed);
  expect(again).toEqual(again.toSorted((a, b) => b - a));
  expect(again.at(-1)).toBe(0);
});

test('a rollback that is killed is finished once, whatever it was doing', async () => {
  for (let writes = 0; writes < 14; writes += 1) {
    const room = await (await new Room().begin()).untilGranted(NO_HELP);
    await room.apply();
    expect(await room.untilVerified()).toBe('rollback');
    await runStep(rollback, room.at, { ...room.ports, ledger: new DyingLedger(room.ledger, writes) }).catch(
      () => undefined,
    );
    room.clock.advance(15);
    expect(await room.rollback(), `killed before write ${writes}`).toBe('decide');
    expect(room.mutations.filter((command) => command === 'ModifyInstanceAttribute')).toHaveLength(2);
    expect((await room.last('apply.finished')).data).toMatchObject({ purpose: 'rollback', outcome: 'applied' });
  }
});
