/** A string literal of a test file, in whichever quotes. */
const LITERAL = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
/** What `test.each` fills in, such as %s, %j and $name. */
const PLACEHOLDER = /%[sdifjo#]|\$\{[^}]*\}|\$\w+/;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Titles with a part that `test.each` fills in. One that is nearly all such parts would match whatever it is asked about. */
const patternOf = (literal: string): RegExp[] => {
  const fixed = literal.split(PLACEHOLDER);
  return fixed.length > 1 && fixed.join('').length > 3 ? [new RegExp(`^${fixed.map(escaped).join('.+')}$`, 's')] : [];
};

/** Whether a title is written in a test file: to the letter, or as a title of `test.each` that comes out so. */
export const titlesIn = (file: string): ((title: string) => boolean) => {
  const literals = new Set(
    [...file.matchAll(LITERAL)].map(([, single, double, template]) =>
      (single ?? double ?? template ?? '').replaceAll(/\\(['"`])/g, '$1'),
    ),
  );
  const patterns = [...literals].flatMap(patternOf);
  return (title) => literals.has(title) || patterns.some((pattern) => pattern.test(title));
};
