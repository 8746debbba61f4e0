import type { Facts } from '../../../../lambdas/contracts/facts.ts';
import type { Target } from '../../../../lambdas/contracts/plan.ts';
import type { ApproveQuestion, ReleaseQuestion } from '../../../../lambdas/kernel/policy/engine.ts';

/** An agent that may propose; policy looks only at whether it has change tools. */
const responder = { name: 'ec2-responder', tools: { observe: ['get_metrics'], change: ['resize_instance'] } };

export const instanceTarget: Target = {
  kind: 'ec2-instance',
  id: 'i-0123456789abcdef0',
  arn: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0',
  account: '111122223333',
  region: 'eu-west-1',
  environment: 'production',
  tags: {},
};

/** Facts of a lone instance that is out of service for a while, after two observations; no shipped policy forbids them. */
const loneInstance: Facts = {
  reversible: true,
  evidenceCount: 2,
  minutesSinceLastChange: 1_000_000,
  minutesSinceLastCut: 1_000_000,
  changesThisIncident: 0,
  sameAccount: true,
  sameRegion: true,
  hourUtc: 3,
  weekday: 6,
  cutPercent: 0,
  growPercent: 0,
  fleetSize: 1,
  fleetAffectedPercent: 100,
  inServiceAfter: 0,
  downtimeSeconds: 180,
};

/** Facts of a resize that no shipped policy forbids: the instance grows by half. */
export const harmless: Facts = {
  ...loneInstance,
  growPercent: 50,
  peakUsePercentAfter: 60,
  cpuMillicoresAfter: 2000,
  memoryMiBAfter: 8192,
  cpuCutPercent: 0,
  memoryCutPercent: 0,
};

export const costing = (deltaCentsPerMonth: number | null): ReleaseQuestion['report'] => ({
  cost: { deltaCentsPerMonth, says: 'at list price' },
});

/** A resize that no policy forbids, with these overrides. */
export const resizeQuestion = (facts: Facts = {}, target: Partial<Target> = {}): ReleaseQuestion => ({
  agent: responder,
  tool: 'resize_instance',
  target: { ...instanceTarget, ...target },
  facts: { ...harmless, ...facts },
  report: costing(3000),
  breakGlass: false,
});

/** A reboot of the same instance, with the fewer facts of that tool. */
export const reboot = (target: Partial<Target> = {}): ReleaseQuestion => ({
  ...resizeQuestion({}, target),
  tool: 'reboot_instance',
  facts: { ...loneInstance, reversible: false },
});

/** The same resize, to be approved by a person of these roles. */
export const askedOf = (...roles: string[]): ApproveQuestion => {
  const { tool, target, facts, report, breakGlass } = resizeQuestion();
  return {
    tool,
    target,
    facts,
    report,
    breakGlass,
    approver: { id: 'ana@example.com', roles },
    triggerOwner: false,
  };
};
