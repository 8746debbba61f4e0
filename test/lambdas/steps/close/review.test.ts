import { describe, expect, test } from 'vitest';
import { review } from '../../../../lambdas/steps/close/review.ts';
import type { Conclusion } from '../../../../lambdas/contracts/conclusion.ts';
import type { EventData, TraceEvent } from '../../../../lambdas/contracts/events.ts';
import type { Grant } from '../../../../lambdas/contracts/grant.ts';
import { call } from '../../../fakes/preset-model.ts';
import { record } from '../../../fixtures/incident.ts';
import { RESIZE, TestHarness } from '../../../fixtures/harness.ts';

const CONCLUSION: Conclusion = {
  summary: 'The server is too small.',
  rootCause: 'More orders than usual.',
  confidence: 'high',
  claims: [{ text: 'CPU is at its limit.', evidence: ['E2'] }],
  followUps: [],
};

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

describe('a change on the trace', () => {
  const changed = async (): Promise<TestHarness> => {
    const harness = await (await new TestHarness().begin()).untilGranted();
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
    const harness = await (
      await new TestHarness().begin()
    ).untilGranted({
      ...RESIZE,
      input: { ...RESIZE.input, instanceType: 't3.medium' },
    });
    await harness.apply();
    await harness.untilVerified();
    await harness.rollback();
    expect(faults(await harness.events())).toEqual({});
  });

  test.each([
    ['a plan', without('dry-run.finished'), /has no plan/],
    ['a grant', without('grant.issued'), /a grant that was never issued for it/],
    ['a redeemed grant', without('grant.redeemed'), /redeemed 0 times/],
    ['any approval', without('approval.closed'), /approved neither by a human nor by a policy/],
  ])('without %s is found', async (_name, tamper, says) => {
    expect(await unbacked(tamper)).toMatch(says);
  });

  test.each([
    ['another input than planned', { input: { instanceType: 'x2iedn.32xlarge' } }, /is not what the plan says/],
    ['another tool than planned', { tool: 'reboot_instance' }, /is not what the plan says/],
    ['another grant', { grantId: 'grant-99' }, /never issued for it/],
    ['the grant of the other purpose', { purpose: 'rollback' }, /is not what the plan says/],
  ] as const)('with %s is found', async (_name, change, says) => {
    expect(await unbacked(started(change))).toMatch(says);
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

  test.each([
    ['approval was denied', closed({ outcome: 'denied' }), /approved neither by a human nor by a policy/],
    ['approval was of another plan', closed({ digest: OTHER }), /approved neither by a human nor by a policy/],
    ['approval came after it', approvedAfterwards, /approved neither by a human nor by a policy/],
    [
      'plan policy left to people',
      judged({ verdict: 'needs-approval' }),
      /approved neither by a human nor by a policy/,
    ],
    ['grant was for another plan', issued(() => ({ digest: OTHER })), /never issued for it/],
    ['grant was for the other purpose', issued(() => ({ purpose: 'rollback' })), /never issued for it/],
  ] as const)('whose %s is found', async (_what, tamper, says) => {
    expect(await unbacked(tamper)).toMatch(says);
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
