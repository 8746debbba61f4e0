/** Brings disguised text into the form in which patterns see it: no look-alikes, marks, hidden characters or gaps. */

/** Cyrillic and Greek letters that look like Latin ones. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'ьβ',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еεёє',
    g: 'ɡ',
    h: 'һ',
    i: 'іιɩї',
    j: 'ј',
    k: 'кκ',
    l: 'ӏ',
    m: 'м',
    n: 'пη',
    o: 'оοσ',
    p: 'рρ',
    s: 'ѕ',
    t: 'тτ',
    u: 'υս',
    v: 'ѵν',
    w: 'ѡԝω',
    x: 'хχ',
    y: 'уγү',
    z: 'ᴢζ',
  }).flatMap(([latin, others]) => Array.from(others, (other): [string, string] => [other, latin])),
);
const FOREIGN = /[\u0370-\u052f\u0250-\u02af\u0531-\u058f\u1d00-\u1d7f]/gu;

const ENCODED = /[A-Za-z\d+/_-]{24,}={0,2}/gu;
const LONGEST = 24_000;

/** The texts that stand in a text as base64. */
const decoded = (text: string): string[] =>
  (text.match(ENCODED) ?? []).flatMap((run) => {
    const inside = Buffer.from(run.slice(0, LONGEST), 'base64').toString('utf8');
    return /^[\t\n\r -~]{12,}$/u.test(inside) ? [inside] : [];
  });

/** `i g n o r e` becomes `ignore`; more than one blank ends a word. */
const closed = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}])\p{L}(?:[ .·*_-]\p{L}){2,}(?![\p{L}\p{N}])/gu, (run) => run.replace(/[^\p{L}]/gu, ''));

const latin = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(FOREIGN, (letter) => LOOK_ALIKES.get(letter.toLowerCase()) ?? letter);

const worded = (text: string): string =>
  closed(text.toLowerCase())
    .replace(/(?<=\p{L})[_-](?=\p{L})/gu, ' ')
    .replace(/\b(don|doesn|won|can)['’]t\b/gu, (_all, verb: string) => (verb === 'don' ? 'do not' : `${verb} not`))
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/(?<=\w)\n(?=\w)/gu, ' ');

/** Digits that stand for letters inside words: `1gn0re`. */
const unleet = (text: string): string =>
  text.replace(/\b(?=\w*\p{L}{2})[\p{L}0134]{4,}\b/gu, (word) =>
    word.replace(/[0134]/gu, (digit) => ({ 0: 'o', 1: 'i', 3: 'e', 4: 'a' })[digit] ?? digit),
  );

/** `marked` keeps spelling and marks; `plain` is lower case, words and single blanks. */
export const plainForms = (text: string): { readonly marked: string[]; readonly plain: string[] } => {
  const marked = [text, ...decoded(text)].map(latin);
  const plain = marked.map(worded);
  return { marked, plain: [...plain, ...plain.map(unleet)] };
};
