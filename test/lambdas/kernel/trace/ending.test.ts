import { expect, test } from 'vitest';
import type { EventData, EventKind, TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { endingOf } from '../../../../lambdas/kernel/trace/ending.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import { record } from '../../../fixtures/incident.ts';

type Line = { readonly [K in EventKind]: readonly [K, EventData<K>] }[EventKind];

const trace = async (lines: readonly Line[]): Promise<TraceEvent[]> => {
  const ports = { ledger: new MemoryLedger(), clock: new ManualClock('2026-11-20T09:00:00.000Z') };
  for (const [kind, data] of lines) await record(ports, 'incident-1', 'test', kind, data);
  return ports.ledger.events('incident-1');
};

const digest = `sha256:${'1'.repeat(64)}`;
const CONCLUSION = {
  summary: 'It was busy.',
  rootCause: 'Orders.',
  confidence: 'high' as const,
  claims: [],
  followUps: [],
};
const reviewed = (accepted: boolean, verifier = 'evidence_required'): Line => [
  'conclusion.reviewed',
  { conclusion: CONCLUSION, accepted, verdicts: [{ verifier, holds: accepted, reason: 'Nothing was observed.' }] },
];
const verified = (outcome: EventData<'change.verified'>['outcome']): Line => [
  'change.verified',
  { digest, outcome, findings: [], secondsSinceChange: 200, next: 'report' },
];
const startedAgain: Line = [
  'apply.started',
  { digest, purpose: 'apply', grantId: 'g', tool: 't', input: {}, targetArn: 'arn', deadline: '' },
];
const spent: Line = ['budget.checked', { allowed: false, which: 'turns', limit: 16, used: 16, reason: 'All used.' }];
const reserved: Line = [
  'budget.checked',
  { allowed: true, turn: 1, microUsd: 1, agentDayMicroUsd: 1, accountDayMicroUsd: 1 },
];
const help: Line = ['escalation.asked', { reason: 'I am unsure.' }];
const failure: Line = ['harness.failed', { error: 'States.Timeout', cause: 'slow' }];
const off: Line = [
  'incident.refused',
  { eventId: 'e', outcome: 'switched-off', reason: 'The switch is off.', detail: {} },
];

test.each<[string, Line[], string, RegExp]>([
  [
    'a conclusion after a change that healed',
    [verified('healed'), reviewed(true)],
    'healed',
    /verified against the alarm/,
  ],
  ['a conclusion without any change', [reviewed(true)], 'diagnosed', /without a change that healed/],
  ['a conclusion after a change that did not heal', [verified('unhealed'), reviewed(true)], 'diagnosed', /without/],
  ['a heal that a later change put in question', [verified('healed'), startedAgain, reviewed(true)], 'diagnosed', /./],
  ['a spent budget', [reserved, spent], 'escalated', /^Budget spent \(turns\): All used\.$/],
  ['a call for help', [reserved, help], 'escalated', /^I am unsure\.$/],
  ['a rejected conclusion, and then help', [reviewed(false), help], 'escalated', /unsure/],
  ['a change that nobody approved', [reviewed(false, 'no_unapproved_mutation')], 'failed', /not backed by a grant/],
  ['a failure, whatever else was said', [reviewed(true), help, failure], 'failed', /States\.Timeout\. slow/],
  ['a refusal at the door', [off], 'switched-off', /The switch is off/],
  ['nothing at all', [], 'failed', /nothing on its trace says why/],
])('%s ends as it must', async (_name, lines, outcome, reason) => {
  const ending = endingOf(await trace(lines));
  expect(ending.outcome).toBe(outcome);
  expect(ending.reason).toMatch(reason);
});
