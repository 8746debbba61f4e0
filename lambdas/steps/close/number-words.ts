/** Numbers in words: "four", "thirty-two", "two hundred", "half a million" is none. */

const ONES = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

const VALUES = new Map<string, number>([
  ...ONES.map((word, value) => [word, value] as const),
  ...TENS.map((word, index) => [word, (index + 2) * 10] as const),
]);

// "zero" and "one" are seldom meant as numbers.
const WORD = new RegExp(
  `\\b(?:(${TENS.join('|')})(?:[- ](${ONES.slice(1, 10).join('|')}))?|(${ONES.slice(2).join('|')}|(?:one|a)(?= hundred)))( hundred)?\\b(?!-)`,
  'gi',
);

/** The text with numbers in digits where they were in words. Magnitudes such as "million" stay. */
export const spelledOut = (text: string): string =>
  text
    .replace(/\bhalf an hour\b/gi, '30 minutes')
    .replace(/\bhalf a minute\b/gi, '30 seconds')
    .replace(WORD, (_whole, tens?: string, ones?: string, single?: string, hundred?: string) => {
      const valueOf = (word: string | undefined): number =>
        word === undefined ? 0 : word.toLowerCase() === 'a' ? 1 : (VALUES.get(word.toLowerCase()) ?? 0);
      return String((valueOf(tens) + valueOf(ones) + valueOf(single)) * (hundred === undefined ? 1 : 100));
    });
