import { expect, test } from 'vitest';
import { Settings } from '../../../../lambdas/contracts/settings.ts';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import { CHANGE_ZONE_SECONDS, grantMinutes } from '../../../../lambdas/kernel/changes/timing.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';
import { rules } from '../../../fixtures/harness.ts';

const agent = agentOf(rules, 'ec2-responder');
const stabilizeMinutes = Math.max(
  ...CATALOGUE.map(({ manifest }) => (manifest.kind === 'change' ? manifest.stabilizeSeconds / 60 : 0)),
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
      expect(rollback).toBeGreaterThanOrEqual(apply + CHANGE_ZONE_SECONDS / 60 + stabilizeMinutes + longest);
    }
  },
);

test('a change has less time than the function that makes it', () => {
  expect(CHANGE_ZONE_SECONDS).toBeLessThan(15 * 60);
});
