/** `; did you mean "x"?` for the nearest name, and all names there are. */
export const didYouMean = (given: string, known: readonly string[]): string => {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 4))
    .toSorted((a, b) => a.distance - b.distance);
  return `${nearest ? `; did you mean "${nearest.name}"?` : ';'} known: ${known.join(', ')}`;
};

/** Levenshtein: insertions, deletions and substitutions from one text to the other. */
const editDistance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(to).entries()) {
      const [diagonal = 0, above = 0] = row.slice(j, j + 2);
      next.push(Math.min(above + 1, (next[j] ?? 0) + 1, diagonal + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
