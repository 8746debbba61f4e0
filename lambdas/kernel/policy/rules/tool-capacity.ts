import { CAPACITY_FACTS, type FactName } from '../../../contracts/facts.ts';
import type { Manifest } from '../../../contracts/tool.ts';

/**
 * Change tools that neither compute the facts of capacity nor declare that they take none away. Types say so too; this
 * is for a manifest that reached synth all the same, since without these facts no bound on cuts can refuse.
 */
export const capacityProblems = (manifests: readonly Manifest[]): string[] =>
  manifests.flatMap((manifest) => {
    if (manifest.kind !== 'change') return [];
    const declared: readonly FactName[] = manifest.facts;
    const computed = CAPACITY_FACTS.filter((name) => declared.includes(name));
    const missing = CAPACITY_FACTS.filter((name) => !declared.includes(name));
    const where = `lambdas/tools/${manifest.name.replaceAll('_', '-')}/manifest.ts: facts`;
    if (manifest.capacity === 'none')
      return computed.length === 0
        ? []
        : [
            `${where}: capacity: 'none' says that nothing is taken away, so ${computed.join(', ')} must not be computed`,
          ];
    return missing.length === 0
      ? []
      : [
          `${where}: ${missing.join(', ')} missing; a change tool computes ${CAPACITY_FACTS.join(', ')}, or declares capacity: 'none' if it takes no capacity away`,
        ];
  });
