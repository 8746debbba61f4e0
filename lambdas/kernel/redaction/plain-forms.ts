/** Brings disguised text into the form in which patterns see it: no look-alikes, marks, hidden characters or gaps. */

/** Cyrillic and Greek letters and small capitals that look like Latin ones. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аαɑᴀ',
    b: 'ьβʙ',
    c: 'сϲᴄ',
    d: 'ԁᴅ',
    e: 'еεёєᴇ',
    f: 'ꜰ',
    g: 'ɡɢ',
    h: 'һʜ',
    i: 'іιɩїɪ',
    j: 'јᴊ',
    k: 'кκᴋ',
    l: 'ӏʟ',
    m: 'мᴍ',
    n: 'пηɴ',
    o: 'оοσᴏ',
    p: 'рρᴘ',
    r: 'ʀ',
    s: 'ѕꜱ',
    t: 'тτᴛ',
    u: 'υսᴜ',
    v: 'ѵνᴠ',
    w: 'ѡԝωᴡ',
    x: 'хχ',
    y: 'уγүʏ',
    z: 'ᴢζ',
  }).flatMap(([latin, others]) => Array.from(others, (other): [string, string] => [other, latin])),
);
const FOREIGN = /[\u0370-\u052f\u0250-\u02af\u0531-\u058f\u1d00-\u1d7f\ua730\ua731]/gu;

const LONGEST = 24_000;
const BASE64 = /[A-Za-z\d+/_-]{24,}={0,2}/gu;
const HEX = /(?<![\da-f])(?:[\da-f]{2}){12,}(?![\da-f])/giu;

/** The texts that stand in a text as base64 or as hex digits. */
const decoded = (text: string): string[] =>
  [
    ...(text.match(BASE64) ?? []).map((run) => Buffer.from(run.slice(0, LONGEST), 'base64')),
    ...(text.match(HEX) ?? []).map((run) => Buffer.from(run.slice(0, LONGEST), 'hex')),
  ]
    .map((bytes) => bytes.toString('utf8'))
    .filter((inside) => /^[\t\n\r\P{C}]{12,}$/u.test(inside) && !inside.includes('\ufffd'));

const character = (code: number): string => (code > 8 && code < 0x110000 ? String.fromCodePoint(code) : ' ');

/** The characters that stand in a text as `%69`, `&#105;`, `&lt;` or a backslash with `u0069`, also twice (`%2569`). */
const unescaped = (text: string, rounds = 2): string => {
  const plain = text
    .replace(/(?:%[\da-f]{2})+/giu, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
    .replace(/\\u([\da-f]{4})|\\x([\da-f]{2})|&#x([\da-f]{1,6});/giu, (_all, ...codes: (string | undefined)[]) =>
      character(parseInt(codes.slice(0, 3).join(''), 16)),
    )
    .replace(/&#(\d{1,7});/gu, (_all, code: string) => character(Number(code)))
    .replace(/&(lt|gt|quot|nbsp|amp);/gu, (_all, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\\[nrt]/gu, '\n');
  return rounds > 1 && plain !== text ? unescaped(plain, rounds - 1) : plain;
};
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', nbsp: ' ', amp: '&' };

/** Unicode's tag characters are invisible copies of ASCII: they are read as lines of their own. */
const shown = (text: string): string =>
  text.replace(/[\u{e0020}-\u{e007e}]+/gu, (run) => {
    const ascii = Array.from(run, (tag) => character((tag.codePointAt(0) ?? 0) - 0xe0000)).join('');
    return `\n${ascii}\n`;
  });

const latin = (text: string): string =>
  shown(text)
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(FOREIGN, (letter) => LOOK_ALIKES.get(letter.toLowerCase()) ?? letter);

/** `i g n o r e` and `i-g-n-o-r-e` become `ignore`; another separator, or more than one blank, ends a word. */
const closed = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}])\p{L}([ .·*_|/-])\p{L}(?:\1\p{L})+(?![\p{L}\p{N}])/gu, (run, separator: string) =>
    run.replaceAll(separator, ''),
  );

const worded = (text: string): string =>
  closed(text.toLowerCase())
    .replace(/(?<=\p{L})[_+-](?=\p{L})/gu, ' ')
    .replace(/\b(don|doesn|won|can|need|must|should)['’]t\b/gu, (_all, verb: string) =>
      verb === 'don' ? 'do not' : `${verb} not`,
    )
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n\s*/gu, '\n');

const LEET: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };

/** Only the lines in which digits may stand for letters inside words, as in `1gn0re`, with letters in their place. */
const unleet = (text: string): string[] => {
  const lines = text.split('\n').flatMap((line) => {
    const plain = line.replace(/(?<![^\s"'(,;:=])[a-z013457@$]{2,16}(?![\p{L}\p{N}])/gu, (word) =>
      /[a-z]/u.test(word) ? word.replace(/[013457@$]/gu, (digit) => LEET[digit] ?? digit) : word,
    );
    return plain === line ? [] : [plain];
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
};

/** `marked` keeps spelling and marks; `plain` is lower case, words and single blanks or line breaks between them. */
export const plainForms = (text: string): { readonly marked: string[]; readonly plain: string[] } => {
  const open = unescaped(text);
  const marked = [open, ...decoded(open)].map(latin);
  const plain = marked.map(worded);
  return { marked, plain: [...plain, ...plain.flatMap(unleet)] };
};
