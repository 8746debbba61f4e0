/** A string literal of a test file, in whichever quotes. */
const LITERAL = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
/** What `test.each` fills in, such as %s, %j and $name. */
const PLACEHOLDER = /%[sdifjo#]|\$\{[^}]*\}|\$\w+/g;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Whether a title is written in a test file: to the letter, or as a title of `test.each` that comes out so. */
export const isTitleIn = (file: string, title: string): boolean => {
  const literals = [...file.matchAll(LITERAL)].map(([, single, double, template]) =>
    (single ?? double ?? template ?? '').replaceAll(/\\(['"`])/g, '$1'),
  );
  return literals.some((literal) => {
    if (literal === title) return true;
    const fixed = literal.split(PLACEHOLDER);
    // A literal that is nearly all placeholder would match whatever it is asked about.
    return (
      fixed.length > 1 &&
      fixed.join('').length > 3 &&
      new RegExp(`^${fixed.map(escaped).join('.+')}$`, 's').test(title)
    );
  });
};
