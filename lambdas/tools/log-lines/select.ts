/** Lines before and after one that contains the text. A compiler names the file before the reason, a test after it. */
const BEFORE = 3;
const AFTER = 8;
/** Evidence is cut in the middle from 24,000 characters on; a tool that stops earlier can say what it left out. */
const MAX_CHARACTERS = 20_000;

/** Lines from one to another, both included, numbered from 0. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How much may be shown. */
interface Room {
  readonly lines: number;
  readonly characters: number;
}

/** The room for as many lines as the model asked for. */
export const roomFor = (lines: number): Room => ({ lines, characters: MAX_CHARACTERS });

/** The first or last lines of a range that fit, at least one. */
export const endOf = (log: readonly string[], { from, to }: Range, end: 'head' | 'tail', room: Room): Range => {
  let characters = 0;
  let count = 0;
  while (count < room.lines && from + count <= to) {
    characters += (log[end === 'head' ? from + count : to - count] ?? '').length + 1;
    if (characters > room.characters && count > 0) break;
    count += 1;
  }
  return end === 'head' ? { from, to: from + count - 1 } : { from: to - count + 1, to };
};

/** The numbers of all lines in a range that contain one of the texts. */
export const hitsIn = (log: readonly string[], { from, to }: Range, around: string): number[] => {
  const texts = around
    .toLowerCase()
    .split('|')
    .filter((text) => text !== '');
  const contains = (line: string): boolean => texts.some((text) => line.toLowerCase().includes(text));
  return log.flatMap((line, number) => (number >= from && number <= to && contains(line) ? [number] : []));
};

/** The first hits with the lines around them, as many as fit; ranges that touch are one. */
export const aroundHits = (log: readonly string[], range: Range, hits: readonly number[], all: Room): Range[] => {
  const shown: Range[] = [];
  let room = all;
  for (const hit of hits) {
    if (room.lines <= 0 || room.characters <= 0) break;
    const end = shown.at(-1)?.to ?? range.from - 1;
    // With little room the hit itself comes before its neighbours.
    const before = Math.min(BEFORE, Math.floor((room.lines - 1) / 2));
    const wanted = { from: Math.max(end + 1, hit - before), to: Math.min(range.to, hit + AFTER) };
    if (wanted.from > wanted.to) continue;
    const added = endOf(log, wanted, 'head', room);
    room = { lines: room.lines - sizeOf(added), characters: room.characters - textOf(log, added).length };
    append(shown, added);
  }
  return shown;
};

const append = (shown: Range[], added: Range): void => {
  const last = shown.at(-1);
  if (last?.to === added.from - 1) shown.splice(-1, 1, { from: last.from, to: added.to });
  else shown.push(added);
};

const sizeOf = ({ from, to }: Range): number => to - from + 1;

/** The lines of a range, as they are. */
export const textOf = (log: readonly string[], { from, to }: Range): string => log.slice(from, to + 1).join('\n');
