/** A picture of what a terminal showed, as SVG: small, sharp at every size, and readable as text. */

const COLUMNS = 80;
const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const INK = { plain: '#d5dae1', dim: '#8b949e', '31': '#ff7b72', '32': '#56d364', '33': '#e3b341' } as const;

interface Span {
  readonly text: string;
  readonly ink: string;
}

/** An entry of the timeline: the line with the time, and the lines below it. */
type Entry = readonly string[];

/** What to show: entries whose line matches, tag first, with at most so many details. */
export interface Selection {
  readonly shown: RegExp;
  readonly details: number;
}

/** The picture of an output with colours. What is left out is a line of dots. */
export const terminalPicture = (printed: string, selection: Selection): string => {
  const lines = selected(entriesIn(printed), selection);
  const width = Math.ceil(COLUMNS * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  const texts = lines.map((line, row) => textElement(spansIn(line), MARGIN + (row + 0.75) * CELL.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};

/** Escape sequences except colours: a prompt moves the cursor and clears the line. */
const MOVES = /\u001b\[[\d;]*[A-LN-Za-ln-z]/g;
const STYLE = /\u001b\[(\d+)m/;
const TIME = /^(?:\u001b\[2m)?\d\d:\d\d:\d\d/;

/** Behind it, the next line begins without a break if the answer came from the page. */
const PROMPT = /\[y\/n\] /g;

const entriesIn = (printed: string): Entry[] => {
  const entries: string[][] = [];
  for (const line of printed.replaceAll(MOVES, '').replaceAll(PROMPT, '$&\n').split(/\r?\n/)) {
    const last = entries.at(-1);
    if (TIME.test(line)) entries.push([line]);
    else if (last !== undefined && line.replace(STYLE, '').startsWith(' '.repeat(12))) last.push(line);
  }
  return entries;
};

const withoutTime = (line: string): string => line.replaceAll(/\u001b\[\d+m/g, '').replace(/^\S+ +/, '');

const DOTS = ' '.repeat(20) + '\u001b[2m…\u001b[22m';

const selected = (entries: readonly Entry[], { shown, details }: Selection): string[] => {
  const all: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const [first = ''] = entry;
    if (index > 0 && !shown.test(withoutTime(first))) {
      if (all.at(-1) !== DOTS) all.push(DOTS);
      continue;
    }
    all.push(...entry.slice(0, details + 1));
    if (entry.length > details + 1) all.push(DOTS);
  }
  return all;
};

const spansIn = (line: string): Span[] => {
  let ink: string = INK.plain;
  return line.split(/(?=\u001b\[\d+m)/).map((part) => {
    const [, code = ''] = STYLE.exec(part) ?? [];
    if (code !== '') ink = inkOf(code);
    return { text: part.replace(STYLE, ''), ink };
  });
};

const inkOf = (code: string): string => {
  if (code === '2') return INK.dim;
  return code === '31' || code === '32' || code === '33' ? INK[code] : INK.plain;
};

/** Each span has the width of its columns, whatever font the reader has. */
const textElement = (spans: readonly Span[], y: number): string => {
  let column = 0;
  const tspans = spans.flatMap(({ text, ink }) => {
    const start = column;
    column += text.length;
    // A picture joins blanks, so what stands behind several of them gets a place of its own.
    return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
      const x = (MARGIN + (start + index) * CELL.width).toFixed(1);
      const width = (words.length * CELL.width).toFixed(1);
      return `<tspan x="${x}" textLength="${width}" fill="${ink}">${escaped(words)}</tspan>`;
    });
  });
  return `<text y="${y.toFixed(1)}">${tspans.join('')}</text>`;
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
