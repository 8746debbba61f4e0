import { expect, test } from 'vitest';
import { agentScope, breakers, resetBreaker, trippedBreaker } from '../../../../lambdas/kernel/limits/breaker.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import { tripFromElsewhere } from '../../../fixtures/incident.ts';

const target = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc';
const by = {
  by: 'arn:aws:iam::111122223333:user/ana',
  reason: 'Checked with the team.',
  at: new Date('2026-11-20T10:00:00Z'),
};

const trip = (ledger: MemoryLedger, scope: string, incidentId = 'inc-1'): Promise<void> => {
  const ports = { ledger, clock: new ManualClock('2026-11-20T09:00:00Z') };
  return tripFromElsewhere(ports, { scope, policy: 'cut-bound', reason: 'A cut of 60 %.' }, incidentId);
};

test('a tripped breaker gives the reason, and that only a human can reset it', async () => {
  const ledger = new MemoryLedger();
  expect(await trippedBreaker(ledger, 'ec2-responder', target)).toBeUndefined();
  await trip(ledger, target);
  expect(await trippedBreaker(ledger, 'ec2-responder', target)).toMatch(
    /tripped at 2026-11-20T09:00:00\.000Z in incident inc-1 by cut-bound: A cut of 60 %\. Only a human/,
  );
});

test('a reset opens the target again and keeps who did it and why', async () => {
  const ledger = new MemoryLedger();
  await trip(ledger, target);
  expect(await resetBreaker(ledger, target, by)).toMatchObject({
    tripped: false,
    reset: { by: by.by, reason: by.reason },
  });
  expect(await trippedBreaker(ledger, 'ec2-responder', target)).toBeUndefined();
  expect(await breakers(ledger)).toMatchObject([
    { scope: target, policy: 'cut-bound', tripped: false, reset: { by: by.by } },
  ]);
});

test('a breaker that is not tripped cannot be reset', async () => {
  const ledger = new MemoryLedger();
  expect(await resetBreaker(ledger, target, by)).toBeUndefined();
  await trip(ledger, target);
  await resetBreaker(ledger, target, by);
  expect(await resetBreaker(ledger, target, by)).toBeUndefined();
});

test('a breaker that trips again after a reset is tripped, and remembers the reset', async () => {
  const ledger = new MemoryLedger();
  await trip(ledger, target);
  await resetBreaker(ledger, target, by);
  await trip(ledger, target, 'inc-2');
  expect(await trippedBreaker(ledger, 'ec2-responder', target)).toContain('inc-2');
  expect(await breakers(ledger)).toMatchObject([{ tripped: true, reset: { by: by.by } }]);
});

test('a breaker whose row cannot be read counts as tripped', async () => {
  const ledger = new MemoryLedger();
  await ledger.create({ family: 'breaker', id: 'scopes', part: target }, { tripped: 'no' });
  expect(await trippedBreaker(ledger, 'ec2-responder', target)).toContain('counts as tripped');
});

test('a tripped breaker of an agent closes every target to it, and to no other agent', async () => {
  const ledger = new MemoryLedger();
  await trip(ledger, agentScope('ec2-responder'));
  expect(await trippedBreaker(ledger, 'ec2-responder', target)).toMatch(/^The circuit breaker of agent ec2-responder/);
  expect(await trippedBreaker(ledger, 'another', target)).toBeUndefined();
});
