import { describe, expect, test } from 'vitest';
import { releaseLease, takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { FAMILY } from '../../../../lambdas/contracts/ledger-keys.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';

const ARN = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718';
const NOW = new Date('2026-11-20T09:00:00.000Z');
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

describe('a lease', () => {
  test('is held by one incident at a time', async () => {
    const ledger = new MemoryLedger();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => takeLease(ledger, ARN, `incident-${n}`, NOW, at(5))),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  test('is extended by its holder', async () => {
    const ledger = new MemoryLedger();
    await takeLease(ledger, ARN, 'a', NOW, at(5));
    expect(await takeLease(ledger, ARN, 'a', at(1), at(10))).toBe(true);
    expect(await takeLease(ledger, ARN, 'b', at(6), at(20))).toBe(false);
  });

  test('ends by itself, so that a dead incident blocks nobody for good', async () => {
    const ledger = new MemoryLedger();
    await takeLease(ledger, ARN, 'dead', NOW, at(5));
    expect(await takeLease(ledger, ARN, 'b', at(4.9), at(10))).toBe(false);
    expect(await takeLease(ledger, ARN, 'b', at(5), at(10))).toBe(true);
  });

  test('is given back by its holder, and by nobody else', async () => {
    const ledger = new MemoryLedger();
    await takeLease(ledger, ARN, 'a', NOW, at(5));
    await releaseLease(ledger, ARN, 'b');
    expect(await takeLease(ledger, ARN, 'b', NOW, at(5))).toBe(false);
    await releaseLease(ledger, ARN, 'a');
    expect(await takeLease(ledger, ARN, 'b', NOW, at(5))).toBe(true);
  });

  test('that cannot be read counts as held', async () => {
    const ledger = new MemoryLedger();
    await ledger.create({ family: FAMILY.lease, id: ARN }, { spoiled: true });
    expect(await takeLease(ledger, ARN, 'a', NOW, at(5))).toBe(false);
  });
});
