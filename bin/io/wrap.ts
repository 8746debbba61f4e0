/** Lines that fit a terminal, broken between words. Links, ids, ARNs and paths stay whole wherever there is room for one. */

const DEFAULT_COLUMNS = 80;
const NARROWEST = 40;

/** Columns of a terminal; of a pipe or a file, what COLUMNS says, and else 80. `COLUMNS=1000` suits `grep`. */
export const columnsFor = (stream: { readonly isTTY?: boolean; readonly columns?: number }): number => {
  const columns = stream.isTTY === true ? (stream.columns ?? 0) : Number(process.env['COLUMNS']);
  return columns > 0 ? Math.max(NARROWEST, columns) : DEFAULT_COLUMNS;
};

/** Columns that a text may take on a terminal. What may be wide is counted as wide. */
export const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, one) => sum + (one >= '\u1100' ? 2 : 1), 0);

/** A word in pieces that fit, or the terminal would break it and let it begin a line at the margin. */
const pieces = (word: string, width: number): string[] => {
  if (widthOf(word) <= width) return [word];
  const all: string[] = [''];
  for (const character of word) {
    const last = all.at(-1) ?? '';
    if (widthOf(last) + widthOf(character) > width) all.push(character);
    else all[all.length - 1] = last + character;
  }
  return all;
};

/** What continues a line is indented further than any line of ours, so that it cannot pass for one. */
const CONTINUED = '  ';

/** An id, an ARN or a path, with the punctuation around it. */
const IDENTIFIER = /^["'(]*[\w.:@/+=%-]+["'),.;…]*$/;

/**
 * Breaks a text at spaces so that it fits `width`. A longer word is cut, but not an identifier that fits `room`: the caller
 * has to give its line less indent.
 */
export const wrapped = (text: string, width: number, room = width): string[] => {
  const all: string[] = [];
  const cut = (word: string): string[] =>
    IDENTIFIER.test(word) && widthOf(word) <= room - CONTINUED.length ? [word] : pieces(word, width - CONTINUED.length);
  for (const word of text.split(' ').flatMap(cut)) {
    const last = all.at(-1);
    if (last === undefined) all.push(word);
    else if (widthOf(last) + 1 + widthOf(word) > width) all.push(CONTINUED + word);
    else all[all.length - 1] = `${last} ${word}`;
  }
  return all;
};

/**
 * Breaks the lines of a text. What continues one is indented by `hanging`, or further than any line of the text: the words
 * of somebody else that are quoted in it cannot pass for a line of ours.
 */
export const paragraphs = (text: string, columns: number, hanging?: number): string => {
  const all = text.split('\n');
  const indent = ' '.repeat(hanging ?? Math.max(...all.map(ownIndent)) + CONTINUED.length);
  return all
    .map((line) => {
      const [first = '', ...more] = atSpaces(line, ownIndent(line), columns, indent.length);
      return [first, ...more.map((one) => indent + one)].join('\n');
    })
    .join('\n');
};

const ownIndent = (line: string): number => line.length - line.trimStart().length;

/** Never cuts a word: links are longer than a line, and a link in pieces opens nothing. */
const atSpaces = (line: string, own: number, columns: number, indent: number): string[] => {
  const [first = '', ...words] = line.slice(own).split(' ');
  const all = [' '.repeat(own) + first];
  for (const word of words) {
    const last = all.at(-1) ?? '';
    const used = widthOf(last) + (all.length === 1 ? 0 : indent);
    if (used + 1 + widthOf(word) > columns) all.push(word);
    else all[all.length - 1] = `${last} ${word}`;
  }
  return all;
};
