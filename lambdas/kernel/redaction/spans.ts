/** A stretch of a text that must not be seen, and what it is: `secret:github`, `card`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** Finds what one kind of rule knows. Throws only if it is broken. */
export type Detector = (text: string) => Span[];

/** All matches of a pattern: the group `it` where there is one, else the whole match. Needs the flags `d` and `g`. */
export const spansOf = (kind: string, pattern: RegExp, isOne: (match: string) => boolean = () => true): Detector => {
  return (text) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const [start, end] = match.indices?.groups?.['it'] ?? [match.index, match.index + match[0].length];
      return start < end && isOne(text.slice(start, end)) ? [{ start, end, kind }] : [];
    });
};

/** Runs detectors over a text. Overlapping finds become one, named by the detector that stands first. */
export const spansIn = (text: string, detectors: readonly Detector[]): Span[] => {
  const ranked = detectors.flatMap((detect, rank) => detect(text).map((span) => ({ ...span, rank })));
  const merged: typeof ranked = [];
  for (const span of ranked.toSorted((a, b) => a.start - b.start || a.rank - b.rank)) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else
      merged[merged.length - 1] = {
        ...(span.rank < last.rank ? span : last),
        start: last.start,
        end: Math.max(last.end, span.end),
      };
  }
  return merged;
};
