import { describe, expect, test } from 'vitest';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { doctorReason, DOCTOR_RUNS_PER_HOUR } from '../../../lambdas/contracts/doctor-run.ts';
import { StepError, ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterTest } from '../../../lambdas/contracts/ports.ts';
import { decide } from '../../../lambdas/steps/decide/step.ts';
import { runStep } from '../../../lambdas/runtime/step.ts';
import { verifyTrace } from '../../../lambdas/kernel/trace/chain.ts';
import { canonical } from '../../../lambdas/kernel/trace/canonical.ts';
import { openingOf } from '../../../lambdas/kernel/trace/queries.ts';
import { cluster } from '../../fixtures/cluster-tools.ts';
import { DOCTOR_ALARM, rules, TestHarness } from '../../fixtures/harness.ts';

const RUN = '0b0e7c1a-5f0e-4d3b-9a51-2f6d3c1b7e11';
const runNumber = (n: number): string => RUN.slice(0, -2) + String(n).padStart(2, '0');

/** The event of an alarm, by default the doctor's own. */
const alarmEvent = (more: { arn?: string; reason?: string; account?: string; value?: string; id?: string } = {}) => {
  const { arn = DOCTOR_ALARM, account = '123456789012', value = 'ALARM', id = 'event-1' } = more;
  const { reason = doctorReason({ run: RUN, notify: false }) } = more;
  return {
    id,
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    account,
    region: 'eu-west-1',
    time: '2026-11-20T10:00:00Z',
    resources: [arn],
    detail: { alarmName: arn.split(':alarm:')[1] ?? '', state: { value, reason } },
  } satisfies JsonObject;
};

const PONG = { content: [], stopReason: 'max_tokens' };

test('the doctor’s alarm asks each model for one token, reads and changes nothing, and is sealed', async () => {
  const harness = new TestHarness();
  expect(await harness.open(alarmEvent())).toBe('decide');
  expect(await harness.decide(PONG)).toBe('close');
  expect(await harness.close()).toBe('done');
  expect(harness.model.requests).toMatchObject([{ maxTokens: 1, tools: [] }]);
  expect(await harness.kinds()).toEqual(['incident.refused', 'model.tested', 'incident.closed', 'trace.sealed']);
  expect((await harness.last('model.tested')).data.models).toMatchObject([{ answered: true }]);
  expect((await harness.last('incident.closed')).data).toMatchObject({ outcome: 'unrouted', turns: 0 });
  expect([harness.calls, harness.notifier.sent]).toEqual([[], []]);
  expect(verifyTrace((await harness.events()).map((event) => canonical(event))).sound).toBe(true);
});

test('it leaves Decide for Close whatever the model answers, so it can never reach a tool', async () => {
  const harness = new TestHarness();
  await harness.open(alarmEvent());
  const wants = { type: 'tool_use' as const, id: 'toolu_1', name: 'reboot_instance', input: { instanceId: 'i-1' } };
  expect(await harness.decide([wants])).toBe('close');
  const events = await harness.events();
  expect(JSON.stringify(events)).not.toContain('reboot_instance');
  expect(() => openingOf(events)).toThrow('The trace has no opening event.');
});

describe('is no run of the doctor, and asks no model', () => {
  const OTHER = DOCTOR_ALARM.replace('Checkrein-doctor', 'Other-doctor');
  test.each([
    ['the alarm of another stack', alarmEvent({ arn: OTHER })],
    [
      'an alarm of that name in another account',
      alarmEvent({ arn: DOCTOR_ALARM.replace(/123456789012/, '210987654321'), account: '210987654321' }),
    ],
    ['its ARN in an event of another account', alarmEvent({ account: '210987654321' })],
    ['an alarm that is raised with another reason', alarmEvent({ reason: 'Threshold Crossed' })],
    ['a reason with more in it', alarmEvent({ reason: `${doctorReason({ run: RUN, notify: true })} and more` })],
    ['the alarm going back to OK', alarmEvent({ value: 'OK' })],
  ])('%s', async (_name, event) => {
    const harness = new TestHarness();
    expect(await harness.open(event)).toBe('close');
    expect((await harness.last('incident.refused')).data).not.toHaveProperty('doctor');
  });
});

test('an event that two rules match is one run: the second execution joins the first', async () => {
  const harness = new TestHarness();
  await harness.open(alarmEvent(), 'execution-1');
  expect(await harness.open(alarmEvent({ id: 'event-2' }), 'execution-2')).toBe('done');
  expect(harness.at.incidentId).toBe('execution-1');
});

test('an hour takes only so many runs; the next hour takes them again', async () => {
  const harness = new TestHarness();
  const open = (n: number) =>
    harness.open(alarmEvent({ reason: doctorReason({ run: runNumber(n), notify: true }) }), `execution-${n}`);
  for (let n = 0; n < DOCTOR_RUNS_PER_HOUR; n += 1) expect(await open(n)).toBe('decide');
  expect(await open(20)).toBe('close');
  expect((await harness.last('incident.refused')).data.reason).toContain(`has had its ${DOCTOR_RUNS_PER_HOUR} runs`);
  expect(await harness.close()).toBe('done');
  expect(harness.notifier.sent).toEqual([]);
  harness.clock.advance(60);
  expect(await open(21)).toBe('decide');
});

test('while the kill switch is off, no model is asked', async () => {
  const harness = new TestHarness();
  harness.switch.position = 'off';
  expect(await harness.open(alarmEvent())).toBe('close');
  expect((await harness.last('incident.refused')).data).toMatchObject({ outcome: 'unrouted' });
});

test('a model key that is refused ends on the trace, with the advice, and nobody is notified', async () => {
  const harness = new TestHarness();
  await harness.open(alarmEvent());
  const refused = new StepError(ERROR.misconfigured, 'The model’s API key was refused: 401', 'Store another.');
  const freshModel = () => ({ decide: () => Promise.reject(refused) });
  const { next } = await runStep(decide, harness.at, { ...harness.ports, freshModel });
  expect(next).toBe('close');
  await harness.close();
  expect((await harness.last('model.tested')).data.models).toMatchObject([
    { answered: false, reason: refused.message, advice: 'Store another.', costMicroUsd: 0 },
  ]);
  expect(harness.notifier.sent).toEqual([]);
});

test('a model without a price is not asked, and a spent day asks none', async () => {
  const unpriced = { ...rules, agents: rules.agents.map((agent) => ({ ...agent, model: 'model-of-tomorrow' })) };
  const settings = { ...rules.settings, accountBudgetPerDay: { ...rules.settings.accountBudgetPerDay, dollars: 0 } };
  for (const changed of [unpriced, { ...rules, settings }]) {
    const harness = new TestHarness({ rules: changed });
    await harness.open(alarmEvent());
    expect(await harness.decide(PONG)).toBe('close');
    expect(harness.model.requests).toEqual([]);
    expect((await harness.last('model.tested')).data.models[0]?.answered).toBe(false);
  }
});

test('--notify sends the closing message to the approvers, and says what was tested', async () => {
  const harness = new TestHarness();
  await harness.open(alarmEvent({ reason: doctorReason({ run: RUN, notify: true }) }));
  await harness.decide(PONG);
  await harness.close();
  expect(harness.notifier.sent).toMatchObject([{ about: 'closed', subject: 'unrouted: a run of checkrein doctor' }]);
  expect(harness.notifier.sent[0]?.text).toMatch(/answered\.[^]*model: claude-sonnet-4-6/);
});

test('a retried Open or Decide goes the same way, and asks no second time', async () => {
  const harness = new TestHarness();
  expect(await harness.open(alarmEvent())).toBe('decide');
  expect(await harness.open(alarmEvent())).toBe('decide');
  const { at } = harness;
  await harness.decide(PONG);
  harness.at = at;
  expect(await harness.decide()).toBe('close');
  expect(harness.model.requests).toHaveLength(1);
});

describe('where the settings have clusters', () => {
  const clusters = [cluster('prod'), cluster('dev')];
  const withClusters = { ...rules, settings: { ...rules.settings, clusters } };
  const tested = async (testCluster: ClusterTest) => {
    const harness = new TestHarness({ rules: withClusters });
    await harness.open(alarmEvent());
    expect(await harness.decide(PONG)).toBe('authorize');
    expect(await harness.authorize({ testCluster })).toBe('dry-run');
    expect(await harness.dryRun({ testCluster })).toBe('decide');
    return harness;
  };
  const found = async (harness: TestHarness) => (await harness.last('clusters.tested')).data.clusters;

  test('each one is tested in the change zone, once, and nothing else is asked there', async () => {
    const asked: string[] = [];
    const harness = await tested(async (name, incident) => {
      asked.push(`${name} for ${incident}`);
      return { outcome: 'ok', says: 'It is ready.', advice: '' };
    });
    const { at } = harness;
    expect(await harness.decide()).toBe('close');
    expect(await harness.close()).toBe('done');
    expect(asked).toEqual(['prod for incident-1', 'dev for incident-1']);
    expect(await harness.kinds()).toEqual([
      'incident.refused',
      'model.tested',
      'clusters.tested',
      'incident.closed',
      'trace.sealed',
    ]);
    expect([harness.calls, harness.notifier.sent, harness.model.requests.length]).toEqual([[], [], 1]);
    harness.at = at;
    expect(await harness.decide()).toBe('close');
  });

  test('whatever the model answers, the dry run calls no tool and makes no plan', async () => {
    const harness = new TestHarness({ rules: withClusters });
    await harness.open(alarmEvent());
    const wants = { type: 'tool_use' as const, id: 'toolu_1', name: 'reboot_instance', input: { instanceId: 'i-1' } };
    await harness.decide([wants]);
    await harness.authorize();
    await harness.dryRun();
    expect(await harness.decide()).toBe('close');
    expect(JSON.stringify(await harness.events())).not.toContain('reboot_instance');
    expect(harness.calls).toEqual([]);
  });

  test('one that cannot be tested is a failure in words, and the others are tested', async () => {
    const harness = await tested(async (name) => {
      if (name === 'prod') throw new ToolRefusal('It is in account 999999999999, which is no member.');
      return { outcome: 'warn', says: `Of ${name} little is known.`, advice: 'Look.' };
    });
    expect(await found(harness)).toMatchObject([
      { cluster: 'prod', outcome: 'fail', says: 'It is in account 999999999999, which is no member.' },
      { cluster: 'dev', outcome: 'warn', says: 'Of dev little is known.', advice: 'Look.' },
    ]);
  });

  test('one that takes too long is a failure in words', async () => {
    const harness = new TestHarness({ rules: withClusters });
    const clock = { now: () => harness.clock.now(), sleep: async () => undefined, within: async () => undefined };
    await harness.open(alarmEvent());
    await harness.decide(PONG);
    await harness.authorize();
    await harness.dryRun({ clock });
    expect((await found(harness)).map(({ outcome, says }) => [outcome, says])).toEqual([
      ['fail', 'The cluster was not tested within 30 s.'],
      ['fail', 'The cluster was not tested within 30 s.'],
    ]);
  });
});
