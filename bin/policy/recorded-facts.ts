import type { FactName, Facts } from '../../lambdas/contracts/facts.ts';
import { factsOf, type ChangeManifest } from '../../lambdas/contracts/tool.ts';

/** Facts that a bound holds for: `cutPercent` is the largest cut of any dimension, so neither of these is larger. */
const BOUNDED_BY_CUT = ['cpuCutPercent', 'memoryCutPercent'] as const satisfies readonly FactName[];

/** Facts of which earlier traces knew nothing: policy decides as it did then. */
const ADDED = { unitsRemoved: 0, gitOpsManaged: false } as const satisfies Facts;

/**
 * The recorded facts, completed for traces from before CPU and memory were told apart: a cut counts as one of both. So
 * floors hold for such a cut as they did then, and for a change that took nothing away the value is exact.
 */
export const recordedFacts = (manifest: ChangeManifest, facts: Facts): Facts => {
  const declared = factsOf(manifest);
  const added = Object.entries(ADDED).filter(([name]) => declared.some((one) => one === name));
  const { cutPercent } = facts;
  if (cutPercent === undefined) return { ...Object.fromEntries(added), ...facts };
  const bounds = BOUNDED_BY_CUT.filter((name) => declared.includes(name)).map((name) => [name, cutPercent] as const);
  return { ...Object.fromEntries([...added, ...bounds]), ...facts };
};
