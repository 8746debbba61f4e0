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
import { CrashingLedger } from '../fakes/crashing-ledger.ts';
import { call } from '../fakes/preset-model.ts';
import { expectConcurrentAttemptsToAgree, crashBeforeEachWrite, type StepEntry } from '../fixtures/crash.ts';
import { NO_HELP, TestHarness, RESIZE, rules, type HarnessPorts } from '../fixtures/harness.ts';

const CONCLUSION = {
  summary: 'The server is too small.',
  rootCause: 'More orders than usual.',
  confidence: 'high',
  claims: [{ text: 'CPU is at its limit.', evidence: ['E2'] }],
};

/** The next step of an incident, ready to be run again and again. */
const nextIn = (harness: TestHarness, attempt: (ports: HarnessPorts) => Promise<unknown>): StepEntry => ({
  ledger: harness.ledger,
  incident: harness.at.incidentId === '' ? harness.execution : harness.at.incidentId,
  attempt: (ledger: Ledger) => attempt({ ...harness.ports, ledger }),
  reached: () => harness.calls.length + harness.model.requests.length + harness.notifier.sent.length,
});

const ENTRIES = {
  'open, for a new incident': async () => {
    const harness = new TestHarness();
    const event = harness.alarmEvent();
    return nextIn(harness, (ports) => runStep(openStep, { event, execution: harness.execution }, ports));
  },
  'open, for an event that nobody takes': async () => {
    const harness = new TestHarness();
    return nextIn(harness, (ports) => runStep(openStep, { event: {}, execution: harness.execution }, ports));
  },
  'open, when the day is over its ceiling': async () => {
    const agents = rules.agents.map((agent) => ({ ...agent, budgetPerDay: { ...agent.budgetPerDay, incidents: 1 } }));
    const harness = new TestHarness({ rules: { ...rules, agents }, execution: 'incident-2' });
    const event = harness.alarmEvent();
    const other = new TestHarness({ rules: harness.ports.rules, ledger: harness.ledger });
    await other.open({
      ...other.alarmEvent(),
      id: 'another',
      resources: ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:b'],
    });
    return nextIn(harness, (ports) => runStep(openStep, { event, execution: harness.execution }, ports));
  },
  'observe, at the first look': async () => {
    const harness = new TestHarness();
    await harness.open();
    return nextIn(harness, (ports) => runStep(observe, harness.at, ports));
  },
  'observe, with several calls': async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([
      call('describe_alarm', { alarm: 'cpu-high' }),
      call('describe_instances', { instanceIds: ['i-0'] }),
    ]);
    return nextIn(harness, (ports) => runStep(observe, harness.at, ports));
  },
  'decide, with refused calls': async () => {
    const harness = await new TestHarness().begin();
    harness.model.answerWith([call('drop_table'), call('describe_alarm', { alarm: 'cpu-high' }), call('nothing')]);
    return nextIn(harness, (ports) => runStep(decide, harness.at, ports));
  },
  'decide, when it escalates': async () => {
    const harness = await new TestHarness().begin();
    harness.model.answerWith([call('escalate', { reason: 'This needs a human.' })]);
    return nextIn(harness, (ports) => runStep(decide, harness.at, ports));
  },
  'authorize, for a permitted proposal': async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call(RESIZE.tool, RESIZE.input)]);
    return nextIn(harness, (ports) => runStep(authorize, harness.at, ports));
  },
  'authorize, when a breaker trips': async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call(RESIZE.tool, { ...RESIZE.input, instanceType: 't3.nano' })]);
    return nextIn(harness, (ports) => runStep(authorize, harness.at, ports));
  },
  'authorize, for a confirmed plan': async () => {
    const harness = await new TestHarness().begin();
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.decide([call('confirm_plan', { plan: 'P1' })]);
    return nextIn(harness, (ports) => runStep(authorize, harness.at, ports));
  },
  'dry-run': async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call(RESIZE.tool, RESIZE.input)]);
    await harness.authorize();
    return nextIn(harness, (ports) => runStep(dryRun, harness.at, ports));
  },
  verify: async () => {
    const harness = await (await new TestHarness().begin()).untilGranted();
    await harness.apply();
    await harness.verify();
    return nextIn(harness, (ports) => runStep(verify, harness.at, ports));
  },
  'close, for an accepted conclusion': async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call('conclude', CONCLUSION)]);
    return nextIn(harness, (ports) => runStep(close, harness.at, ports));
  },
  'close, for a rejected conclusion': async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call('conclude', { ...CONCLUSION, claims: [] })]);
    return nextIn(harness, (ports) => runStep(close, harness.at, ports));
  },
  'close, after a failure': async () => {
    const harness = await new TestHarness().begin();
    return nextIn(harness, (ports) => runStep(close, { ...harness.at, error: { Error: 'States.Timeout' } }, ports));
  },
} satisfies Record<string, () => Promise<StepEntry>>;

describe('a step that is killed before any of its writes and tried again leaves the undisturbed trace', () => {
  test.each(Object.entries(ENTRIES))('%s', async (_name, entry) => {
    const { again } = await crashBeforeEachWrite(entry);
    expect(again.at(-1), 'a retry after everything was recorded reaches nobody').toBe(0);
  });
});

describe('two attempts of a step at once come to one trace', () => {
  test.each(Object.entries(ENTRIES))('%s', async (_name, entry) => {
    await expectConcurrentAttemptsToAgree(entry);
  });
});

test('a retry does not ask the model again whose answer is recorded', async () => {
  const { undisturbed, again } = await crashBeforeEachWrite(ENTRIES['decide, with refused calls']);
  expect(undisturbed).toBe(1);
  // Setting money aside takes two writes and recording it one; the answer is the fourth.
  expect(again.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(new Set(again.slice(4))).toEqual(new Set([0]));
});

test('observations that are recorded are not made again', async () => {
  const { undisturbed, again } = await crashBeforeEachWrite(ENTRIES['observe, with several calls']);
  expect(again[0]).toBe(undisturbed);
  expect(again).toEqual(again.toSorted((a, b) => b - a));
  expect(again.at(-1)).toBe(0);
});

test('a rollback that is killed is finished once, whatever it was doing', async () => {
  for (let writes = 0; writes < 14; writes += 1) {
    const harness = await (await new TestHarness().begin()).untilGranted(NO_HELP);
    await harness.apply();
    expect(await harness.untilVerified()).toBe('rollback');
    await runStep(rollback, harness.at, { ...harness.ports, ledger: new CrashingLedger(harness.ledger, writes) }).catch(
      () => undefined,
    );
    harness.clock.advance(15);
    expect(await harness.rollback(), `killed before write ${writes}`).toBe('decide');
    expect(harness.mutations.filter((command) => command === 'ModifyInstanceAttribute')).toHaveLength(2);
    expect((await harness.last('apply.finished')).data).toMatchObject({ purpose: 'rollback', outcome: 'applied' });
  }
});
