/** A range of a text to redact, and its kind: `secret:github`, `card`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** Finds the spans of one kind of rule. Throws only on a bug. */
export type Detector = (text: string) => Span[];

/**
 * All matches of a pattern: the group `it` where there is one, else the whole match. Needs the flags `d` and `g`. Most texts
 * have none, and `matchAll` makes the pattern anew for each of them, so it is only asked where `search` finds one.
 */
export const spansOf = (kind: string, pattern: RegExp, isOne: (match: string) => boolean = () => true): Detector => {
  const spanOf = (text: string, match: RegExpExecArray): Span[] => {
    const [start, end] = match.indices?.groups?.['it'] ?? [match.index, match.index + match[0].length];
    return start < end && isOne(text.slice(start, end)) ? [{ start, end, kind }] : [];
  };
  return (text) =>
    text.search(pattern) === -1 ? [] : [...text.matchAll(pattern)].flatMap((match) => spanOf(text, match));
};

/** Runs detectors over a text. Overlapping spans become one, with the kind of the one that was found first. */
export const spansIn = (text: string, detectors: readonly Detector[]): Span[] => {
  const ranked = detectors.flatMap((detect) => detect(text)).map((span, rank) => ({ ...span, rank }));
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
