import { expect, test } from 'vitest';
import { agentScope, resetBreaker } from '../../../../lambdas/kernel/limits/breaker.ts';
import { recordOutcome } from '../../../../lambdas/kernel/limits/track-record.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import { tripFromElsewhere } from '../../../fixtures/incident.ts';

const AGENT = 'ec2-responder';
const record = (
  ledger: MemoryLedger,
  n: number,
  outcome: 'healed' | 'unhealed' | 'worse' | 'inconclusive' | 'waiting',
) => recordOutcome(ledger, AGENT, { digest: `sha256:${n}`, outcome, what: `resize_instance on i-${n}` });

test('the third change in a row that does not help is one too many', async () => {
  const ledger = new MemoryLedger();
  expect(await record(ledger, 1, 'unhealed')).toBeUndefined();
  expect(await record(ledger, 2, 'worse')).toBeUndefined();
  expect(await record(ledger, 3, 'unhealed')).toEqual({
    policy: 'changes-do-not-help',
    reason:
      'The last 3 changes of ec2-responder did not help (resize_instance on i-1: unhealed; resize_instance on i-2: worse; resize_instance on i-3: unhealed).',
  });
});

test('a change that helps wipes out those before it', async () => {
  const ledger = new MemoryLedger();
  for (const [n, outcome] of (['unhealed', 'unhealed', 'healed', 'worse', 'worse'] as const).entries())
    expect(await record(ledger, n, outcome)).toBeUndefined();
});

test('a change with an unknown effect counts neither way', async () => {
  const ledger = new MemoryLedger();
  for (const [n, outcome] of (['unhealed', 'inconclusive', 'waiting', 'unhealed'] as const).entries())
    expect(await record(ledger, n, outcome)).toBeUndefined();
  expect(await record(ledger, 9, 'unhealed')).toBeDefined();
});

test('the same verdict recorded again counts once', async () => {
  const ledger = new MemoryLedger();
  for (let attempt = 0; attempt < 5; attempt += 1) expect(await record(ledger, 1, 'worse')).toBeUndefined();
});

test('another agent has a record of its own', async () => {
  const ledger = new MemoryLedger();
  await record(ledger, 1, 'worse');
  await record(ledger, 2, 'worse');
  const other = { digest: 'sha256:3', outcome: 'worse', what: 'x' } as const;
  expect(await recordOutcome(ledger, 'another', other)).toBeUndefined();
});

test('a track record that cannot be read counts as a bad one', async () => {
  const ledger = new MemoryLedger();
  await ledger.create({ family: 'breaker', id: 'track-records', part: AGENT }, { unhelpful: 3 });
  expect((await record(ledger, 1, 'unhealed'))?.reason).toContain('cannot be read');
});

test('an agent whose breaker a person has reset begins anew', async () => {
  const ledger = new MemoryLedger();
  for (const n of [1, 2, 3]) await record(ledger, n, 'worse');
  const clock = new ManualClock('2026-11-20T09:00:00Z');
  await tripFromElsewhere({ ledger, clock }, { scope: agentScope(AGENT), policy: 'p', reason: 'r' });
  await resetBreaker(ledger, agentScope(AGENT), { by: 'ana', reason: 'The runbook was wrong.', at: clock.now() });
  expect(await record(ledger, 4, 'worse')).toBeUndefined();
  expect(await record(ledger, 5, 'worse')).toBeUndefined();
});

test('a change that helps leaves a clean record untouched, so many alarms at once do not queue at it', async () => {
  const ledger = new MemoryLedger();
  await record(ledger, 1, 'healed');
  const before = ledger.writes;
  for (const n of [2, 3, 4]) await record(ledger, n, 'healed');
  expect(ledger.writes).toBe(before);
});
