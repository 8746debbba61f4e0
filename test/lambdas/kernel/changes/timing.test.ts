import { expect, test } from 'vitest';
import { Settings } from '../../../../lambdas/contracts/settings.ts';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import {
  CHANGE_SECONDS,
  CHANGE_ZONE_SECONDS,
  grantMinutes,
  leaseSeconds,
  LONGEST_CHANGE_SECONDS,
} from '../../../../lambdas/kernel/changes/timing.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';
import { rules } from '../../../fixtures/harness.ts';

const agent = agentOf(rules, 'ec2-responder');
const stabilizeMinutes = Math.max(
  ...CATALOGUE.manifests.map((manifest) => (manifest.kind === 'change' ? manifest.stabilizeSeconds / 60 : 0)),
);

test.each([1, 15, 60])(
  'with %i minutes to apply, the grant to roll back outlives whatever has to come before it',
  (minutes) => {
    const settings = Settings.parse({ ...rules.settings, approval: { grantMinutes: minutes } });
    for (const windowMinutes of [1, 15, 120]) {
      const longest = Math.max(windowMinutes, agent.verification.longestWindowMinutes);
      const verified = { ...agent, verification: { ...agent.verification, windowMinutes } };
      const { apply, rollback } = grantMinutes(settings, verified);
      expect(apply).toBe(minutes);
      // Redeemed at the last moment, interrupted and made again, stabilized, and verified until the window is over.
      expect(rollback).toBeGreaterThanOrEqual(apply + LONGEST_CHANGE_SECONDS / 60 + stabilizeMinutes + longest);
    }
  },
);

test('a change has the 10 minutes that AWS gives a stop, and time to start; and the longest one is interrupted at its end', () => {
  expect(CHANGE_SECONDS).toBe(15 * 60);
  expect(LONGEST_CHANGE_SECONDS).toBeGreaterThanOrEqual(CHANGE_SECONDS + 2 * CHANGE_ZONE_SECONDS);
});

test('a target is kept for a change, its verification and a rollback, each of which may take its longest', () => {
  for (const windowMinutes of [1, 15, 120]) {
    const verified = { ...agent, verification: { ...agent.verification, windowMinutes } };
    expect(leaseSeconds(undefined, verified)).toBeGreaterThanOrEqual(2 * LONGEST_CHANGE_SECONDS + windowMinutes * 60);
  }
});
