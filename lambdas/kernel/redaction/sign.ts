export interface Sign {
  readonly name: string;
  readonly pattern: RegExp;
}

/** One sign of several patterns, for text in lower case. A blank in a pattern stands for a blank or a line break. */
export const sign = (name: string, ...patterns: readonly string[]): Sign => ({
  name,
  pattern: new RegExp(patterns.join('|').replaceAll(' ', '[ \\n]'), 'msu'),
});
