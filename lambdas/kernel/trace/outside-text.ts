/**
 * The one filter for text that people read. Whatever comes from outside (alarms, AWS, logs, the model, people) may try to
 * look like a sentence of ours. `plain` composes our sentences with such text, as `html` does on the approval page.
 */

/** Text in which everything from outside went through the filter. Only `plain` and its neighbours create one. */
export class PlainText {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

/** Characters of a text from outside, unless the caller knows better. Sentences of ours end with what to do. */
const LIMIT = 500;
const SENTENCE_LIMIT = 1000;
const NAME_LIMIT = 256;

/**
 * Characters that hide, move the cursor, or change how a reader sees the text around them: control characters, format
 * characters (direction marks, zero width, soft hyphen, tags), fillers and variation selectors. Those inside an emoji stay.
 */
const DECEPTIVE =
  /(?<!\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)\u200D|\u200D(?!\p{Extended_Pictographic})|(?<!\p{Extended_Pictographic})\uFE0F|(?!\u200D|\uFE0F)(?:[^\P{Cc}\t\n\r]|\r(?!\n)|\p{Cf}|\p{Default_Ignorable_Code_Point}|[\u2028\u2029\u2800])/gu;

/** Marks above and below a letter: more than a language needs would cover the lines around it. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

const byNumber = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

/** The text with every deceptive character shown by its number. Line breaks and tabs stay; a lone return would overwrite its line. */
export const visible = (text: string): string =>
  text.toWellFormed().replace(PILED_MARKS, '$1').replace(DECEPTIVE, byNumber);

/** Mail programs, terminals and Markdown make a link of these by themselves. Only our own links may become one. */
const withoutLinks = (text: string): string =>
  text
    .replace(/:(?=\/\/)/g, '[:]')
    .replace(/\b(mailto|tel|javascript|data):(?=\S)/gi, '$1[:]')
    .replace(/\bwww\./gi, 'www[.]')
    .replace(/\.(?=(?!nano|micro|small|medium|large|x?large|metal)[a-z]{2,}\/)/gi, '[.]');

const clipped = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  // Not between the halves of a character.
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
};

/** The text on one line, clipped, without links. */
export const oneLine = (text: string, limit = LIMIT): string => {
  // White space first, or blanks in front would push the rest out. What the limit cuts off need not be filtered.
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit * 20);
  return clipped(withoutLinks(visible(line)), limit);
};

const QUOTES = /["\u201C-\u201F\u00AB\u00BB\u2039\u203A\u301D-\u301F\uFF02\u2033\u2036\u02BA]/gu;

/** Somebody else's words: one line in quotes, which the words themselves cannot close. */
export const quoted = (text: string, limit = LIMIT): PlainText =>
  new PlainText(`"${oneLine(text, limit).replace(QUOTES, "'")}"`);

/** A sentence that our code made, in which values from outside may occur: one line, not in quotes. */
export const sentence = (text: string, limit = SENTENCE_LIMIT): PlainText => new PlainText(oneLine(text, limit));

/** One line of a block in which each sign counts, such as a patch. Whoever shows it marks the block. */
export interface BlockLine {
  /** For a place that makes no links of what stands in code. Only what deceives the eye is shown by its number. */
  readonly exact: PlainText;
  /** The same without links, for mail programs. */
  readonly linkless: PlainText;
}

/** Blanks stay, in front and between. */
export const blockLine = (text: string, limit: number): BlockLine => {
  const exact = visible(text.slice(0, limit * 20));
  const clippedTo = (line: string): PlainText => new PlainText(clipped(line, limit));
  return { exact: clippedTo(exact), linkless: clippedTo(withoutLinks(exact)) };
};

/** Text of our own, such as a signed link or a file's path, as it is. It is only made visible. */
export const ours = (text: string): PlainText => new PlainText(visible(text));

const IDENTIFIER = /^[\w.:@/+=%-]+$/;

/** A name: bare if it is one word of letters, digits and common signs, otherwise in quotes. */
export const named = (text: string, limit = NAME_LIMIT): PlainText => {
  const line = oneLine(text, limit);
  return IDENTIFIER.test(line) ? new PlainText(line) : quoted(text, limit);
};

/** A name for the subject of a mail, in ASCII: converted before the filter sees it, so that no character turns into a link. */
export const asciiName = (text: string, limit: number): PlainText => {
  const ascii = text
    .slice(0, NAME_LIMIT)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~\s]/gu, '?');
  const line = oneLine(ascii, NAME_LIMIT).replace('…', '...');
  const fitting = (room: number): string => (line.length <= room ? line : `${line.slice(0, room - 3)}...`);
  return new PlainText(IDENTIFIER.test(line) ? fitting(limit) : `"${fitting(limit - 2).replace(QUOTES, "'")}"`);
};

type Value = string | number | PlainText | readonly PlainText[];

const shownValue = (value: Value): string => {
  if (typeof value === 'string') return value === '' ? '' : named(value).toString();
  return typeof value === 'number' || value instanceof PlainText ? String(value) : value.map(String).join('');
};

/** A line of ours. A string in it is taken for a name from outside; `quoted` and `sentence` say what else it is. */
export const plain = (literals: TemplateStringsArray, ...values: readonly Value[]): PlainText =>
  new PlainText(
    literals.map((literal, at) => `${literal}${at < values.length ? shownValue(values[at] ?? '') : ''}`).join(''),
  );

/** Several names or texts in a row. */
export const joined = (values: readonly (string | PlainText)[], separator: string): PlainText =>
  new PlainText(values.map(shownValue).join(separator));

/** Lines below each other. */
export const lines = (all: readonly PlainText[]): PlainText => joined(all, '\n');

/** The text in a colour or style of the terminal. */
export const styled = (style: (text: string) => string, text: PlainText): PlainText =>
  new PlainText(style(text.toString()));

/** One line as Markdown in which nothing has a meaning: no heading, list, table, link, image, markup, code or formula. */
export const markdownOf = (line: PlainText): string =>
  line
    .toString()
    .replace(/[\\`*[<~|]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\$(?!\d)/gu, '\\$&')
    .replace(/^[#>+=-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
