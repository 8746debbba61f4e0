/** A string literal in any quotes. */
const LITERAL = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
/** A placeholder of `test.each`, such as %s, %j and $name. */
const PLACEHOLDER = /%[sdifjo#]|\$\{[^}]*\}|\$\w+/;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Pattern of a title with placeholders. A title of almost only placeholders has none, because it would match everything. */
const patternOf = (literal: string): RegExp[] => {
  const fixed = literal.split(PLACEHOLDER);
  return fixed.length > 1 && fixed.join('').length > 3 ? [new RegExp(`^${fixed.map(escaped).join('.+')}$`, 's')] : [];
};

/** Whether a test file has a title: literally, or as a `test.each` title that produces it. */
export const titlesIn = (file: string): ((title: string) => boolean) => {
  const literals = new Set(
    [...file.matchAll(LITERAL)].map(([, single, double, template]) =>
      (single ?? double ?? template ?? '').replaceAll(/\\(['"`])/g, '$1'),
    ),
  );
  const patterns = [...literals].flatMap(patternOf);
  return (title) => literals.has(title) || patterns.some((pattern) => pattern.test(title));
};
