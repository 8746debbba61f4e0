import { describe, expect, test } from 'vitest';
import { authorize } from '../../lambdas/steps/authorize/step.ts';
import { close } from '../../lambdas/steps/close/step.ts';
import { decide } from '../../lambdas/steps/decide/step.ts';
import { dryRun } from '../../lambdas/steps/dry-run/step.ts';
import { observe } from '../../lambdas/steps/observe/step.ts';
import { openStep } from '../../lambdas/steps/open/step.ts';
import { rollback } from '../../lambdas/steps/apply/step.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';
import { runStep, type Step } from '../../lambdas/runtime/step.ts';
import { verify } from '../../lambdas/steps/verify/step.ts';
import { CrashingLedger } from '../fakes/crashing-ledger.ts';
import { call } from '../fakes/preset-model.ts';
import { expectConcurrentAttemptsToAgree, crashBeforeEachWrite, type StepEntry } from '../fixtures/crash.ts';
import { begun, granted, NO_HELP, TestHarness, RESIZE, rules, type HarnessPorts } from '../fixtures/harness.ts';
import { closing } from './steps/close/conclusion.ts';

/** The next step of an incident, ready to be run again and again. */
const nextIn = (harness: TestHarness, attempt: (ports: HarnessPorts) => Promise<unknown>): StepEntry => ({
  ledger: harness.ledger,
  incident: harness.at.incidentId === '' ? harness.execution : harness.at.incidentId,
  attempt: (ledger: Ledger) => attempt({ ...harness.ports, ledger }),
  reached: () => harness.calls.length + harness.model.requests.length + harness.notifier.sent.length,
});

/** A step right after something happened in an incident. */
const after =
  <In, Out>(step: Step<In, Out, HarnessPorts>, happens: (harness: TestHarness) => unknown) =>
  async (): Promise<StepEntry> => {
    const harness = await begun();
    await happens(harness);
    return nextIn(harness, (ports) => runStep(step, harness.at, ports));
  };

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
    await other.open(other.otherAlarm('another'));
    return nextIn(harness, (ports) => runStep(openStep, { event, execution: harness.execution }, ports));
  },
  'observe, at the first look': async () => {
    const harness = new TestHarness();
    await harness.open();
    return nextIn(harness, (ports) => runStep(observe, harness.at, ports));
  },
  'observe, with several calls': after(observe, (harness) =>
    harness.decide([
      call('describe_alarm', { alarm: 'cpu-high' }),
      call('describe_instances', { instanceIds: ['i-0'] }),
    ]),
  ),
  'decide, with refused calls': after(decide, (harness) =>
    harness.model.answerWith([call('drop_table'), call('describe_alarm', { alarm: 'cpu-high' }), call('nothing')]),
  ),
  'decide, when it escalates': after(decide, (harness) =>
    harness.model.answerWith([call('escalate', { reason: 'This needs a human.' })]),
  ),
  'authorize, for a permitted proposal': after(authorize, (harness) =>
    harness.decide([call(RESIZE.tool, RESIZE.input)]),
  ),
  'authorize, when a breaker trips': after(authorize, (harness) =>
    harness.decide([call(RESIZE.tool, { ...RESIZE.input, instanceType: 't3.nano' })]),
  ),
  'authorize, for a confirmed plan': after(authorize, async (harness) => {
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.decide([call('confirm_plan', { plan: 'P1' })]);
  }),
  'dry-run': after(dryRun, async (harness) => {
    await harness.decide([call(RESIZE.tool, RESIZE.input)]);
    await harness.authorize();
  }),
  verify: after(verify, async (harness) => {
    await harness.untilGranted();
    await harness.apply();
    await harness.verify();
  }),
  'close, for an accepted conclusion': after(close, (harness) => harness.decide([call('conclude', closing)])),
  'close, for a rejected conclusion': after(close, (harness) =>
    harness.decide([call('conclude', { ...closing, claims: [] })]),
  ),
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
    const harness = await granted(NO_HELP);
    await harness.apply();
    expect(await harness.untilVerified()).toBe('rollback');
    await runStep(rollback, harness.at, { ...harness.ports, ledger: new CrashingLedger(harness.ledger, writes) }).catch(
      () => undefined,
    );
    harness.clock.advance(6);
    expect(await harness.rollback(), `killed before write ${writes}`).toBe('decide');
    expect(harness.mutations.filter((command) => command === 'ModifyInstanceAttribute')).toHaveLength(2);
    expect((await harness.last('apply.finished')).data).toMatchObject({ purpose: 'rollback', outcome: 'applied' });
  }
});
