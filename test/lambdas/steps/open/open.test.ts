import { subjectOf } from '../../../../lambdas/kernel/trace/subject.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EventData } from '../../../../lambdas/contracts/events.ts';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { close } from '../../../../lambdas/steps/close/step.ts';
import { openStep } from '../../../../lambdas/steps/open/step.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { TestHarness, rules } from '../../../fixtures/harness.ts';
import { like } from '../../../fixtures/matchers.ts';

const fixture = (name: string): JsonObject =>
  JsonObject.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, `../../../fixtures/events/${name}.json`), 'utf8')),
  );

/** The event of the alarm, in this state. */
const alarmWith = (more: JsonObject, value: string): JsonObject => {
  const event = new TestHarness().alarmEvent();
  return {
    ...event,
    detail: { ...JsonObject.parse(event['detail']), ...more, state: { value, reason: 'fine again' } },
  };
};

/** Why an event was not taken up. */
const refusal = async (harness: TestHarness): Promise<EventData<'incident.refused'>> => {
  expect(await harness.kinds()).toEqual(['incident.refused']);
  return (await harness.last('incident.refused')).data;
};

describe('an event that is not taken up ends on the trace, with the reason', () => {
  test.each([
    ['nothing at all', null, /not an EventBridge event/],
    ['an event without an account', { id: 'x', source: 'aws.cloudwatch' }, /not an EventBridge event/],
    ['an alarm that cannot be read', alarmWith({ alarmName: 'x' }, 'ON FIRE'), /cannot be read.*state\.value/s],
    [
      'an alarm that went back to OK',
      alarmWith({}, 'OK'),
      /^Alarm cpu-high went to OK; only ALARM opens an incident\.$/,
    ],
    [
      'an event that no agent takes',
      fixture('not-an-alarm'),
      /^No agent takes EC2 Instance State-change Notification from aws\.ec2\. Agents/,
    ],
    [
      'an event of a type that an agent takes, with another value',
      {
        ...fixture('not-an-alarm'),
        source: 'aws.codebuild',
        'detail-type': 'CodeBuild Build State Change',
        detail: {},
      },
      /from aws\.codebuild with these values; agent build-failure takes this type with others\./,
    ],
  ])('%s', async (_name, event, says) => {
    const harness = new TestHarness();
    expect(await harness.open(event)).toBe('close');
    expect(await refusal(harness)).toMatchObject({ outcome: 'unrouted', reason: like(says) });
  });

  test('anything while the switch is off, and without counting it against the day', async () => {
    const harness = new TestHarness();
    harness.switch.position = 'off';
    expect(await harness.open()).toBe('close');
    expect(await refusal(harness)).toMatchObject({ outcome: 'switched-off' });
    expect(harness.ledger.writes).toBe(1);
  });
});

describe('every kind of alarm opens an incident', () => {
  test.each([
    ['several-metrics', 2],
    ['metric-math', 2],
    ['anomaly-detection', 1],
    ['composite', 0],
  ])('%s, with the %i metrics that it reads', async (kind, metrics) => {
    const harness = new TestHarness();
    const event = fixture(kind);
    expect(await harness.open(event)).toBe('observe');
    const { alarm } = subjectOf(await harness.last('incident.opened'));
    expect(alarm?.kind).toBe(kind);
    expect(alarm?.metrics).toHaveLength(metrics);
  });

  test('single, under the agent that takes its metric', async () => {
    const harness = new TestHarness();
    expect(await harness.open()).toBe('observe');
    expect((await harness.last('incident.opened')).data).toMatchObject({
      agent: 'ec2-responder',
      switch: 'on',
      rulesHash: rules.hash,
      subject: { kind: 'alarm', alarm: { name: 'cpu-high', kind: 'single', metrics: [{ name: 'CPUUtilization' }] } },
    });
  });

  test('also while the switch only lets agents propose', async () => {
    const harness = new TestHarness();
    harness.switch.position = 'propose-only';
    expect(await harness.open()).toBe('observe');
  });
});

describe('copies of an event', () => {
  const second = (harness: TestHarness, execution = 'incident-2'): TestHarness =>
    new TestHarness({ ledger: harness.ledger, execution });

  test('the same event delivered twice is one incident', async () => {
    const harness = new TestHarness();
    const event = harness.alarmEvent();
    await harness.open(event);
    const copy = second(harness);
    expect(await copy.open(event)).toBe('done');
    expect(copy.at.incidentId).toBe('incident-1');
    expect(await harness.kinds()).toEqual(['incident.opened']);
  });

  test('a copy that the bus delivers twice answers both times with the incident that it joined', async () => {
    const harness = await new TestHarness().begin();
    for (const copy of [second(harness, 'execution-1'), second(harness, 'execution-2')]) {
      expect(await copy.open({ ...harness.alarmEvent(), id: 'copy-1' })).toBe('done');
      expect(copy.at.incidentId).toBe('incident-1');
    }
  });

  test('an alarm that fires again while its incident is open joins it', async () => {
    const harness = await new TestHarness().begin();
    const copy = second(harness);
    expect(await copy.open({ ...harness.alarmEvent(), id: 'again' })).toBe('done');
    expect((await harness.last('incident.attached')).data).toEqual({ eventId: 'again', copy: 1 });
    expect(await harness.ledger.events('incident-2')).toEqual([]);
  });

  test('a hundred copies at once are twenty lines and a number', async () => {
    const harness = await new TestHarness().begin();
    const event = harness.alarmEvent();
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => second(harness, `copy-${n}`).open({ ...event, id: `event-${n}` })),
    );
    const attached = (await harness.events()).filter((one) => one.kind === 'incident.attached');
    expect(attached.map(({ data }) => data.copy)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(new Set(attached.map(({ data }) => data.eventId)).size).toBe(20);
    harness.at = { ...harness.at, seq: (await harness.events()).length };
    await harness.decide([call('escalate', { reason: 'Too many.' })]);
    await harness.close();
    expect((await harness.last('incident.closed')).data.copies).toBe(100);
  });

  test('a copy does not go onto a trace before the incident itself', async () => {
    const ledger = new MemoryLedger();
    const harness = new TestHarness({ ledger });
    const event = harness.alarmEvent();
    // Killed after the deduplication key was claimed, before anything was recorded.
    const dying = { ...harness.ports, ledger: new CrashingLedger(ledger, 3) };
    await expect(runStep(openStep, { event, execution: 'incident-1' }, dying)).rejects.toThrow();
    expect(await second(harness).open({ ...event, id: 'again' })).toBe('done');
    expect(await ledger.events('incident-1')).toEqual([]);
    await harness.open(event);
    expect(await harness.kinds()).toEqual(['incident.opened']);
  });

  test('the alarms of two machines are two incidents', async () => {
    const harness = await new TestHarness().begin();
    const other = second(harness);
    const text = JSON.stringify(harness.alarmEvent()).replaceAll('i-0a1b2c3d4e5f60718', 'i-0ffffffffffffffff');
    expect(await other.open({ ...JsonObject.parse(JSON.parse(text)), id: 'other' })).toBe('observe');
  });

  test('an alarm that is back after its incident was closed opens a new one', async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call('escalate', { reason: 'I cannot tell.' })]);
    await harness.close();
    const back = second(harness);
    expect(await back.open({ ...harness.alarmEvent(), id: 'back' })).toBe('observe');
    expect(await back.kinds()).toEqual(['incident.opened']);
  });

  test('a copy that races the close of its incident joins it or opens a new one, and is never lost', async () => {
    for (let delay = 0; delay < 30; delay += 3) {
      const harness = await new TestHarness().begin();
      await harness.decide([call('escalate', { reason: 'I cannot tell.' })]);
      const copy = second(harness);
      const late = async (): Promise<string> => {
        for (let tick = 0; tick < delay; tick += 1) await Promise.resolve();
        return copy.open({ ...harness.alarmEvent(), id: 'racing' });
      };
      const [next] = await Promise.all([late(), runStep(close, harness.at, harness.ports)]);
      const joined = (await harness.events()).some((event) => event.kind === 'incident.attached');
      expect(next).toBe(joined ? 'done' : 'observe');
      expect((await harness.kinds()).at(-1)).toBe('trace.sealed');
    }
  });

  test('of many first events at once one opens the incident and the others join it', async () => {
    const ledger = new MemoryLedger();
    const harnesses = Array.from({ length: 10 }, (_, n) => new TestHarness({ ledger, execution: `incident-${n}` }));
    const next = await Promise.all(
      harnesses.map((harness, n) => harness.open({ ...harness.alarmEvent(), id: `event-${n}` })),
    );
    expect(next.filter((one) => one === 'observe')).toHaveLength(1);
    expect(next.filter((one) => one === 'done')).toHaveLength(9);
  });
});

describe('the day has its ceilings', () => {
  /** Which of four alarms in a row are over a ceiling, and over which. */
  const over = async (inForce: typeof rules): Promise<(string | undefined)[]> => {
    const ledger = new MemoryLedger();
    const found: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) {
      const harness = new TestHarness({ ledger, rules: inForce, execution: `incident-${n}` });
      expect(await harness.open(harness.otherAlarm(`alarm-${n}`))).toBe('observe');
      found.push((await harness.last('incident.opened')).data.overCeiling?.which);
    }
    return found;
  };

  test('of an agent', async () => {
    const agents = rules.agents.map((agent) => ({ ...agent, budgetPerDay: { ...agent.budgetPerDay, incidents: 2 } }));
    const which = 'agent incidents a day';
    expect(await over({ ...rules, agents })).toEqual([undefined, undefined, which, which]);
  });

  test('of the account', async () => {
    const settings = { ...rules.settings, accountBudgetPerDay: { dollars: 100, incidents: 3 } };
    expect(await over({ ...rules, settings })).toEqual([undefined, undefined, undefined, 'account incidents a day']);
  });

  test('an incident over them goes to people with its first look, and no model is asked', async () => {
    const settings = { ...rules.settings, accountBudgetPerDay: { dollars: 100, incidents: 1 } };
    const first = new TestHarness({ rules: { ...rules, settings } });
    await first.open(first.otherAlarm('a'));
    const above = new TestHarness({ rules: { ...rules, settings }, ledger: first.ledger, execution: 'incident-2' });
    await above.open(above.otherAlarm('b'));
    await above.observe();
    expect(await above.decide([])).toBe('close');
    await above.close();
    const kinds = await above.kinds();
    expect(kinds).toContain('evidence.gathered');
    expect(kinds).not.toContain('model.called');
    expect((await above.last('incident.closed')).data.outcome).toBe('escalated');
    const text = above.notifier.sent[0]?.text ?? '';
    expect(text).toContain('The account has had its 1 incidents of today (UTC).');
    expect(text).toContain('E1 describe_alarm');
  });
});

describe('a retried Open stands by what it recorded', () => {
  test('when the switch was turned meanwhile', async () => {
    const harness = new TestHarness();
    await harness.open();
    harness.switch.position = 'off';
    expect(await harness.open()).toBe('observe');
    expect(await harness.kinds()).toEqual(['incident.opened']);
  });

  test('when it had refused, and the switch is on again', async () => {
    const harness = new TestHarness();
    harness.switch.position = 'off';
    await harness.open();
    harness.switch.position = 'on';
    expect(await harness.open()).toBe('close');
    expect(await harness.kinds()).toEqual(['incident.refused']);
  });
});
