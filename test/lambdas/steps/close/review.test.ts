import { describe, expect, test } from 'vitest';
import { review } from '../../../../lambdas/steps/close/review.ts';
import type { Conclusion } from '../../../../lambdas/contracts/conclusion.ts';
import type { EventData, TraceEvent } from '../../../../lambdas/contracts/events.ts';
import type { Grant } from '../../../../lambdas/contracts/grant.ts';
import { call } from '../../../fakes/preset-model.ts';
import { record } from '../../../fixtures/incident.ts';
import { begun, granted, NO_HELP, RESIZE, TestHarness } from '../../../fixtures/harness.ts';
import { closing } from './conclusion.ts';

const CONCLUSION: Conclusion = { ...closing, confidence: 'high', followUps: [] };

const faults = (events: readonly TraceEvent[], change: Partial<Conclusion> = {}): Record<string, string> => {
  const { verdicts } = review(events, { ...CONCLUSION, ...change });
  return Object.fromEntries(verdicts.filter(({ holds }) => !holds).map(({ verifier, reason }) => [verifier, reason]));
};

const investigated = async (): Promise<TraceEvent[]> => (await new TestHarness().begin()).events();

describe('a conclusion', () => {
  test('whose claims rest on evidence is accepted', async () => {
    expect(review(await investigated(), CONCLUSION)).toMatchObject({ accepted: true });
  });

  test('without any observation is rejected', async () => {
    const harness = new TestHarness();
    await harness.open();
    expect(faults(await harness.events())).toHaveProperty('evidence_required');
  });

  test('after calls that all failed is rejected', async () => {
    const failed = (await investigated()).map((event) =>
      event.kind === 'evidence.gathered' ? { ...event, data: { ...event.data, outcome: 'failed' as const } } : event,
    );
    expect(faults(failed)).toHaveProperty('evidence_required');
  });

  test('without claims is rejected', async () => {
    expect(faults(await investigated(), { claims: [] })).toHaveProperty('claims_cite_evidence');
  });

  test('with a claim that cites nothing is rejected', async () => {
    const claims = [{ text: 'I feel it.', evidence: [] }];
    expect(faults(await investigated(), { claims })['claims_cite_evidence']).toBe(
      'Claim "I feel it." cites no evidence.',
    );
  });

  test('that cites evidence which does not exist is rejected, with what does', async () => {
    const claims = [{ text: 'It is so.', evidence: ['E2', 'E99'] }];
    expect(faults(await investigated(), { claims })['claims_cite_evidence']).toMatch(
      /cites E99, which does not exist\. There is E1, E2, E3, E4\./,
    );
  });

  test('that cites evidence before anything was observed is told that none is recorded', async () => {
    const nothing = (await investigated()).filter(({ kind }) => kind !== 'evidence.gathered');
    const claims = [{ text: 'It is so.', evidence: ['E2'] }];
    expect(faults(nothing, { claims })['claims_cite_evidence']).toBe(
      'Claim "It is so." cites E2, which does not exist. No evidence is recorded.',
    );
  });

  test('that cites only failed calls is rejected', async () => {
    const harness = await new TestHarness().begin();
    await harness.decide([call('describe_alarm', { alarm: 'no-such-alarm' }), call('query_logs', { group: 'x' })]);
    const { data } = await harness.last('evidence.gathered');
    await record(harness.ports, 'incident-1', 'test', 'evidence.gathered', {
      ...data,
      evidence: 'E5',
      outcome: 'failed',
    });
    const claims = [{ text: 'The logs are clean.', evidence: ['E5'] }];
    expect(faults(await harness.events(), { claims })['claims_cite_evidence']).toMatch(/only E5, which did not answer/);
  });
});

describe('the plans of a conclusion', () => {
  const plansFault = async (harness: TestHarness, plans?: Conclusion['plans']): Promise<string | undefined> =>
    faults(await harness.events(), { plans })['plans_match_the_trace'];
  const listed = (plan: string, applied: boolean) => [{ plan, applied }];
  const applied = async (change = RESIZE): Promise<TestHarness> => {
    const harness = await granted(change);
    await harness.apply();
    return harness;
  };

  test('are none where none was made', async () => {
    expect(await plansFault(await begun())).toBeUndefined();
    expect(await plansFault(await begun(), listed('P1', false))).toBe('There is no plan "P1"; there is none.');
  });

  test('must all be listed', async () => {
    const missing = 'P1 is missing: list it in plans, with applied: true or false.';
    expect(await plansFault(await applied())).toBe(missing);
    expect(await plansFault(await applied(), listed('P7', true))).toBe(
      `There is no plan "P7"; there is P1. ${missing}`,
    );
  });

  test('that were applied cannot be left out as not applied', async () => {
    expect(await plansFault(await applied(), listed('P1', true))).toBeUndefined();
    expect(await plansFault(await applied(), listed('P1', false))).toBe(
      'P1 is in place: it was applied and not rolled back, but you say applied: false.',
    );
  });

  test('that were never applied cannot be claimed as applied', async () => {
    const harness = await granted();
    expect(await plansFault(harness, listed('P1', false))).toBeUndefined();
    expect(await plansFault(harness, listed('P1', true))).toMatch(
      /^P1 is not in place: it was never applied, or failed,/,
    );
  });

  test('that were rolled back are not in place', async () => {
    const harness = await applied(NO_HELP);
    await harness.untilVerified();
    await harness.rollback();
    expect(await plansFault(harness, listed('P1', false))).toBeUndefined();
    expect(await plansFault(harness, listed('P1', true))).toMatch(
      /^P1 is not in place: it was applied and then rolled back,/,
    );
  });

  test('whose result is unknown may be called either, since the trace contradicts neither', async () => {
    const events = (await (await applied()).events()).filter(({ kind }) => kind !== 'apply.finished');
    for (const claim of [true, false]) expect(faults(events, { plans: listed('P1', claim) })).toEqual({});
  });

  test('that contradict each other are found', async () => {
    const both = [...listed('P1', true), ...listed('P1', false)];
    expect(await plansFault(await applied(), both)).toMatch(/but you say applied: false/);
  });
});

describe('a change on the trace', () => {
  const changed = async (): Promise<TestHarness> => {
    const harness = await granted();
    await harness.apply();
    return harness;
  };
  type Started = EventData<'apply.started'>;
  const unbacked = async (tamper: (events: TraceEvent[]) => TraceEvent[]): Promise<string | undefined> =>
    faults(tamper(await (await changed()).events()))['no_unapproved_mutation'];
  const without = (kind: TraceEvent['kind']) => (events: TraceEvent[]) => {
    const at = events.findIndex((event) => event.kind === kind);
    return events.filter((_, index) => index !== at).map((event, seq) => ({ ...event, seq }));
  };
  const started = (change: Partial<Started>) => (events: TraceEvent[]) =>
    events.map((event) => (event.kind === 'apply.started' ? { ...event, data: { ...event.data, ...change } } : event));

  test('that people approved is in order', async () => {
    expect(await unbacked((events) => events)).toBeUndefined();
  });

  test('whose rollback they approved with it is in order', async () => {
    const harness = await granted(NO_HELP);
    await harness.apply();
    await harness.untilVerified();
    await harness.rollback();
    expect(faults(await harness.events(), { plans: [{ plan: 'P1', applied: false }] })).toEqual({});
  });

  const OTHER = `sha256:${'0'.repeat(64)}`;
  const closed = (change: Partial<EventData<'approval.closed'>>) => (events: TraceEvent[]) =>
    events.map((event) =>
      event.kind === 'approval.closed' ? { ...event, data: { ...event.data, ...change } } : event,
    );
  const issued = (change: (grant: Grant) => Partial<Grant>) => (events: TraceEvent[]) =>
    events.map((event) =>
      event.kind === 'grant.issued'
        ? { ...event, data: { ...event.data, grants: event.data.grants.map((one) => ({ ...one, ...change(one) })) } }
        : event,
    );
  const judged = (change: Partial<EventData<'plan.judged'>>) => (events: TraceEvent[]) =>
    without('approval.closed')(events).map((event) =>
      event.kind === 'plan.judged' ? { ...event, data: { ...event.data, ...change } } : event,
    );
  const approvedAfterwards = (events: TraceEvent[]): TraceEvent[] => {
    const late = events.filter((event) => event.kind === 'approval.closed');
    return [...without('approval.closed')(events), ...late].map((event, seq) => ({ ...event, seq }));
  };

  const UNAPPROVED = /approved neither by a human nor by a policy/;
  test.each<[string, (events: TraceEvent[]) => TraceEvent[], RegExp]>([
    ['without a plan', without('dry-run.finished'), /has no plan/],
    ['without a grant', without('grant.issued'), /a grant that was never issued for it/],
    ['without a redeemed grant', without('grant.redeemed'), /redeemed 0 times/],
    ['without any approval', without('approval.closed'), UNAPPROVED],
    [
      'with another input than planned',
      started({ input: { instanceType: 'm6i.xlarge' } }),
      /is not what the plan says/,
    ],
    ['with another tool than planned', started({ tool: 'reboot_instance' }), /is not what the plan says/],
    ['with another grant', started({ grantId: 'grant-99' }), /never issued for it/],
    ['with the grant of the other purpose', started({ purpose: 'rollback' }), /is not what the plan says/],
    ['whose approval was denied', closed({ outcome: 'denied' }), UNAPPROVED],
    ['whose approval was of another plan', closed({ digest: OTHER }), UNAPPROVED],
    ['whose approval came after it', approvedAfterwards, UNAPPROVED],
    ['whose plan policy left to people', judged({ verdict: 'needs-approval' }), UNAPPROVED],
    ['whose grant was for another plan', issued(() => ({ digest: OTHER })), /never issued for it/],
    ['whose grant was for the other purpose', issued(() => ({ purpose: 'rollback' })), /never issued for it/],
  ])('%s is found', async (_what, tamper, reason) => {
    expect(await unbacked(tamper)).toMatch(reason);
  });

  test('that policy let through without a human is in order', async () => {
    expect(await unbacked(judged({ verdict: 'unattended' }))).toBeUndefined();
    expect(await unbacked(judged({ verdict: 'unattended', digest: OTHER }))).toMatch(/neither by a human/);
  });

  test('that used one grant twice is found', async () => {
    const twice = (events: TraceEvent[]): TraceEvent[] => {
      const again = events.filter((event) => event.kind === 'apply.started');
      return [...events, ...again].map((event, seq) => ({ ...event, seq }));
    };
    expect(await unbacked(twice)).toBe('One grant stands behind two changes.');
  });
});
