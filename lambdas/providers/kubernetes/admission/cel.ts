/** A string literal of CEL. */
export const celString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;

/** A list of string literals of CEL. */
export const celStrings = (texts: readonly string[]): string => `[${texts.map(celString).join(', ')}]`;

/** A field of an object. A field that is missing counts as empty: `{}` or `[]`. */
export const valueOf = (object: string, field: string, empty: '{}' | '[]'): string => {
  const name = celString(field);
  return `(${name} in ${object} ? ${object}[${name}] : ${empty})`;
};
