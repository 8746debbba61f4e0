import { CAPACITY_FACTS, UNIT_FACTS, type FactName } from '../../../contracts/facts.ts';
import type { ChangeManifest, Manifest } from '../../../contracts/tool.ts';

/**
 * Change tools that neither compute the facts of capacity nor declare that they take none away, and those that say what
 * is left of a unit but not what is taken from it. Types say the first too; this is for a manifest that reached synth
 * all the same, since without these facts no bound on cuts can refuse.
 */
export const capacityProblems = (manifests: readonly Manifest[], fileOf: FileOf = shippedFile): string[] =>
  manifests.flatMap((manifest) => {
    if (manifest.kind !== 'change') return [];
    const where = `${fileOf(manifest)}: facts`;
    return [...cutProblems(manifest), ...unitProblems(manifest)].map((problem) => `${where}: ${problem}`);
  });

/** The file of a manifest, as messages name it. */
export type FileOf = (manifest: Manifest) => string;

/** The file of the manifest of a shipped tool. */
export const shippedFile: FileOf = ({ name }) => `lambdas/tools/${name.replaceAll('_', '-')}/manifest.ts`;

const cutProblems = ({ facts, capacity }: ChangeManifest): string[] => {
  const declared: readonly FactName[] = facts;
  const computed = CAPACITY_FACTS.filter((name) => declared.includes(name));
  const missing = CAPACITY_FACTS.filter((name) => !declared.includes(name));
  if (capacity === 'none')
    return computed.length === 0
      ? []
      : [`capacity: 'none' says that nothing is taken away, so ${computed.join(', ')} must not be computed`];
  return missing.length === 0
    ? []
    : [
        `${missing.join(', ')} missing; a change tool computes ${CAPACITY_FACTS.join(', ')}, or declares capacity: 'none' if it takes no capacity away`,
      ];
};

const unitProblems = ({ facts }: ChangeManifest): string[] => {
  const declared: readonly FactName[] = facts;
  return UNIT_FACTS.filter(({ after, cut }) => declared.includes(after) && !declared.includes(cut)).map(
    ({ after, cut }) =>
      `${cut} missing; a tool that computes ${after} computes ${cut} too, since a floor stops only what shrinks`,
  );
};
