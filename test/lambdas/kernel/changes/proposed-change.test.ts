import type { AccountRegion } from '../../../../lambdas/contracts/ports.ts';
import { subjectOf } from '../../../../lambdas/kernel/trace/subject.ts';
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../../lambdas/contracts/facts.ts';
import { factsAbout, type ProposedChange } from '../../../../lambdas/kernel/changes/proposed-change.ts';
import { digestOf } from '../../../../lambdas/kernel/trace/canonical.ts';
import { locationOf } from '../../../../lambdas/kernel/trace/location.ts';
import type { ChangeTool } from '../../../../lambdas/tools/tool.ts';
import { record } from '../../../fixtures/incident.ts';
import { resizePlan } from '../../../fixtures/plans.ts';
import { TestHarness } from '../../../fixtures/harness.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';

const { target, input, before, after, inverse } = resizePlan('incident-1', 'rules');
const PROPOSED: ProposedChange = { change: { input, target, before, after }, inverse };
const REST: Facts = {
  growPercent: 100,
  peakUsePercentAfter: 49,
  cpuMillicoresAfter: 4000,
  memoryMiBAfter: 16_384,
  cpuCutPercent: 0,
  memoryCutPercent: 0,
  fleetSize: 1,
  fleetAffectedPercent: 100,
  inServiceAfter: 0,
  downtimeSeconds: 180,
};
const OWN: Facts = { ...REST, cutPercent: 0 };

/** A tool that answers with these facts and losses about anything. */
const toolWith = async (facts: Facts, losses: readonly string[] = []): Promise<ChangeTool> => ({
  ...(await CATALOGUE.loadChange('resize_instance')),
  facts: async () => facts,
  losses: async () => losses,
});

const ask = async (
  facts: Facts,
  where: Partial<AccountRegion> = {},
  meanwhile: (harness: TestHarness) => Promise<void> = async () => undefined,
  tool?: ChangeTool,
): Promise<Facts> => {
  const harness = await new TestHarness().begin();
  await meanwhile(harness);
  const subject = subjectOf(await harness.last('incident.opened'));
  const cloud = harness.ports.cloud({ provider: 'aws', calls: [] }, locationOf(await harness.events()));
  const context = {
    cloud,
    clock: harness.clock,
    subject: { ...subject, location: subject.location && { ...subject.location, ...where } },
  };
  return factsAbout(tool ?? (await toolWith(facts)), PROPOSED, context, harness.ledger, await harness.events());
};

describe('facts', () => {
  test("are the tool's own and the kernel's", async () => {
    expect(await ask(OWN)).toMatchObject({
      ...OWN,
      reversible: true,
      evidenceCount: 4,
      minutesSinceLastChange: 1_000_000,
      changesThisIncident: 0,
      hourUtc: 9,
      weekday: 5,
    });
  });

  test('say whether the target is where the alarm is', async () => {
    expect(await ask(OWN)).toMatchObject({ sameAccount: false, sameRegion: true });
  });

  test('of a target in another Region say so', async () => {
    expect(await ask(OWN, { account: target.account, region: 'eu-central-1' })).toMatchObject({
      sameAccount: true,
      sameRegion: false,
    });
  });

  test('count the changes that were made, and neither what failed nor what undid one', async () => {
    const finish = (harness: TestHarness, purpose: 'apply' | 'rollback', outcome: 'applied' | 'failed') =>
      record(harness.ports, 'incident-1', 'apply', 'apply.finished', {
        ...{ digest: digestOf(resizePlan('incident-1', 'rules')), purpose, outcome },
        ...{ reconciled: false, state: null, error: null },
      });
    const facts = await ask(OWN, {}, async (harness) => {
      await finish(harness, 'apply', 'failed');
      await finish(harness, 'apply', 'applied');
      await finish(harness, 'rollback', 'applied');
    });
    expect(facts['changesThisIncident']).toBe(1);
  });

  test('count the evidence, without the calls that failed', async () => {
    const facts = await ask(OWN, {}, async (harness) => {
      const { data } = await harness.last('evidence.gathered');
      await record(harness.ports, 'incident-1', 'observe', 'evidence.gathered', { ...data, outcome: 'failed' });
    });
    expect(facts['evidenceCount']).toBe(4);
  });

  test('call a change that loses something for good irreversible, though the tool has an inverse', async () => {
    const losing = await toolWith(OWN, ['Its public IPv4 address changes.']);
    expect((await ask(OWN, {}, undefined, losing)).reversible).toBe(false);
    expect((await ask(OWN)).reversible).toBe(true);
  });

  test('of a tool that declares that it takes no capacity away are 0, unless it finds otherwise', async () => {
    const reboot = await CATALOGUE.loadChange('reboot_instance');
    const own: Facts = { fleetSize: 1, fleetAffectedPercent: 100, inServiceAfter: 0, downtimeSeconds: 120 };
    const finding = (facts: Facts): ChangeTool => ({ ...reboot, facts: async () => facts, losses: async () => [] });
    expect(await ask(own, {}, undefined, finding(own))).toMatchObject({ cutPercent: 0, growPercent: 0 });
    expect(await ask(own, {}, undefined, finding({ ...own, cutPercent: 40 }))).toMatchObject({ cutPercent: 40 });
  });

  test('of the kernel cannot be set by a tool', async () => {
    expect(await ask({ ...OWN, evidenceCount: 99, sameAccount: true })).toMatchObject({
      evidenceCount: 4,
      sameAccount: false,
    });
  });

  test.each<[string, Facts]>([
    ['missing', REST],
    ['not a number', { ...OWN, cutPercent: Number.NaN }],
    ['no whole number', { ...OWN, cutPercent: 12.5 }],
    ['beyond all bounds', { ...OWN, cutPercent: Infinity }],
  ])('of which a declared one is %s are no facts: the proposal is refused', async (_what, facts) => {
    await expect(ask(facts)).rejects.toThrow(
      'These facts could not be computed, so no policy can be asked: cutPercent.',
    );
  });
});
