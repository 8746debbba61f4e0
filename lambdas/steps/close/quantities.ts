import { secondsOf, unitNamed, unitOfName, type UnitDimension, type Unit } from './units.ts';
import { withoutNames } from './number-names.ts';
import { spelledOut } from './number-words.ts';

/** Finds numbers and their units in a text. */

export interface Quantity {
  /** As it is written, with its unit. */
  readonly text: string;
  /** The number as written, without sign, in the written unit. */
  readonly written: number;
  /** What the written number may stand for after rounding, in the same unit. */
  readonly low: number;
  readonly high: number;
  readonly dimension: UnitDimension | undefined;
  /** What one of the written unit is in the base unit of its dimension. */
  readonly factors: readonly number[];
  /** For a rate: of which time, in seconds. */
  readonly per: number | undefined;
  readonly start: number;
  readonly end: number;
  /** An integer up to 20, which nobody has to prove. */
  readonly isSmall: boolean;
  /** Whether the text says what the number counts or measures. */
  readonly isMeasured: boolean;
}

const NUMBER =
  /(?<![\p{L}\p{N}_#\\])(?<!\p{L}[-./])(?<!\d\.)(?:\d{1,3}(?:[,_'\u00A0\u202F]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?|\.\d+)/giu;
const MAGNITUDES: Readonly<Record<string, number>> = {
  k: 1e3,
  g: 1e9,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  millions: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
};
const MAGNITUDE = /(k|K|M|G|[\s-]?(?:thousand|millions?|mn|billion|bn))(?![\p{L}\p{N}])/uy;
const MONEY_MAGNITUDE = /\s?(k|K|m|M|b|B|thousand|million|billion|bn)(?![\p{L}\p{N}])/uy;
const UNIT = /[\s\u00A0\u202F-]?(%|per ?cent(?:age points?)?|percentage points?|¢|×|[\p{L}µ]+)(?![\p{L}\p{N}])/uy;
const NOUN = /[\s-]([\p{L}][\p{L}-]*)/uy;
/** Words after a number that are not what it counts. */
const NO_NOUN =
  'a|about|after|again|against|ago|all|although|an|and|are|as|at|because|before|between|but|by|did|does|during|each|every|for|from|had|has|have|if|in|instead|into|is|it|its|more|now|of|on|once|only|or|over|per|since|so|still|than|that|the|then|there|they|this|to|under|until|up|was|we|were|when|where|which|while|who|with|within|without|would';
const IS_NO_NOUN = new RegExp(`^(?:${NO_NOUN})$`, 'i');
const RATE =
  '(?:\\s?\\/\\s?|\\s(?:per|an?|each|every)\\s)(?:(\\d+)[\\s-])?(s|sec|second|m|min|minute|h|hr|hour|d|day|week|mo|month|yr|year)s?(?![\\p{L}\\p{N}])';
const RATE_OF_UNIT = new RegExp(`(?:\\s(?:more|less|extra|each))?${RATE}`, 'uy');
const RATE_OF_COUNT = new RegExp(`(?:[\\s-](?!(?:${NO_NOUN})\\b)\\p{L}{1,30}){0,4}?${RATE}`, 'uy');
/** Words that name a measure in front of its value. */
const METRIC =
  /(?:\b(?:cpu|memory|mem|ram|disk|swap|load|heap|latency|utili[sz]ation|usage|throughput|iops|rate|depth|length|size|count|number|total|average|mean|median|maximum|minimum|max|min|peak|highest|lowest|threshold|limit|capacity|desired|baseline|balance|credits?|connections?|requests?|errors?|retries|timeouts?|messages?|workers?|threads?|queue[ds]?|backlog|cost|price|percentile|p\d{2,3})\b|\b[A-Z][a-z]+[A-Z]\w+)[^.;\d]{0,40}$/i;

const at = (pattern: RegExp, text: string, index: number): RegExpExecArray | null => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/** Half of the last written digit. Zeros at the end of a large round number are not counted as digits. */
const halfDigit = (digits: string, round: boolean): number => {
  const [mantissa = '', exponent = '0'] = digits.toLowerCase().split('e');
  const [whole = '', fraction] = mantissa.split('.');
  const zeros = fraction === undefined ? (/0*$/.exec(whole)?.[0].length ?? 0) : 0;
  const dropped = Math.max(0, Math.min(zeros, whole.length - (round ? 1 : 3)));
  return 0.5 * 10 ** (dropped - (fraction?.length ?? 0) + Number(exponent));
};

const ABOUT =
  /(?:\b(?:about|around|approximately|approx\.?|roughly|some|circa|ca\.?|close to|just|near)\s+(?:the\s+|a\s+)?|[~≈]\s?)[$]?$/i;
const AT_LEAST =
  /\b(?:over|more than|above|at least|beyond|past|exceed(?:s|ed|ing)|greater than|higher than|between)\s+(?:the\s+)?[$]?$/i;
const AT_MOST =
  /\b(?:under|below|less than|fewer than|lower than|up to|at most|nearly|almost|not quite|no more than|between\s[$]?[\d.,]+\s?\S{0,8}\s?and)\s+(?:the\s+)?[$]?$/i;

/** How far the words in front widen what a number may stand for. */
const bounds = (before: string, after: string, value: number, half: number): { low: number; high: number } => {
  const wide = (by: number): number => Math.max(half, value * by);
  // "about 1,197" is meant more exactly than "about 90".
  const about = wide(half / value < 0.005 ? 0.01 : 0.05);
  if (ABOUT.test(before)) return { low: value - about, high: value + about };
  if (AT_MOST.test(before)) return { low: value - wide(0.1), high: value + half };
  if (AT_LEAST.test(before) || after.startsWith('+')) return { low: value - half, high: value + wide(0.1) };
  // A number of many digits is cut off as often as rounded.
  return { low: value - half, high: half / value < 0.005 ? value + 2 * half : value + half };
};

interface Suffix {
  readonly end: number;
  readonly unit: Unit | undefined;
  readonly per: number | undefined;
  readonly counts: boolean;
}

const unitAt = (text: string, index: number): { unit: Unit; end: number } | undefined => {
  const found = at(UNIT, text, index);
  if (found === null) return undefined;
  const name = (found[1] ?? '').replace(/^per ?cent.*$|^percentage.*$/i, '%');
  const glued = found[0].length === name.length;
  // "30m" are minutes; "30 m" and "4 B" may be anything.
  const unit = glued && name === 'm' ? unitNamed('min') : unitNamed(name);
  return unit === undefined ? undefined : { unit, end: index + found[0].length };
};

const suffixAt = (text: string, index: number, isMoney: boolean): Suffix => {
  const unit = isMoney ? { unit: unitNamed('$'), end: index } : unitAt(text, index);
  const end = unit?.end ?? index;
  const rate = at(unit === undefined ? RATE_OF_COUNT : RATE_OF_UNIT, text, end);
  const noun = at(NOUN, text, end)?.[1];
  const counts = noun !== undefined && /^(?:\p{Ll}{3}|v?CPU|IP)/u.test(noun) && !IS_NO_NOUN.test(noun);
  // A time has no rate: "for 30 s every minute" is said rarely, "took 4 s a day after" more often.
  if (rate !== null && unit?.unit?.dimension !== 'time')
    return {
      end: end + rate[0].length,
      unit: unit?.unit,
      per: Number(rate[1] ?? 1) * (secondsOf(rate[2] ?? '') ?? 1),
      counts: true,
    };
  const until = unit === undefined && counts ? end + 1 + noun.length : end;
  return { end: until, unit: unit?.unit, per: unit?.unit?.per, counts };
};

const NO_UNIT = [1];

const quantityAt = (text: string, found: RegExpExecArray): Quantity => {
  const digits = found[0].replace(/[,_'\u00A0\u202F]/g, '');
  const before = text.slice(Math.max(0, found.index - 80), found.index);
  const isMoney = /(?:[$]|\bUSD)\s?$/.test(before);
  const afterDigits = found.index + found[0].length;
  const magnitude = at(isMoney ? MONEY_MAGNITUDE : MAGNITUDE, text, afterDigits);
  const scale = MAGNITUDES[(magnitude?.[1] ?? '').replace(/[\s-]/g, '').toLowerCase()] ?? 1;
  const { end, unit, per, counts } = suffixAt(text, afterDigits + (magnitude?.[0].length ?? 0), isMoney);
  const written = Number(digits) * scale;
  const half = halfDigit(digits, ABOUT.test(before)) * scale;
  return {
    text: `${isMoney ? '$' : ''}${text.slice(found.index, end)}`.trim(),
    written,
    ...bounds(before, text.slice(end), written, half),
    dimension: unit?.dimension ?? (counts ? 'count' : undefined),
    factors: unit?.factors ?? NO_UNIT,
    per,
    start: isMoney ? found.index - 1 : found.index,
    end,
    isSmall: scale === 1 && /^\d+$/.test(digits) && written <= 20,
    isMeasured: unit !== undefined || counts || METRIC.test(before),
  };
};

const LINK =
  /^(?:\s?,\s|\s?(?:to|and|or|of|vs\.?|versus|against|→|->|–|—|-|\/|down to|up to|out of|then)(?:\s(?:the|all|about|around|now))?\s?[~$+]?)$/;

/** "from 45 to 97 %": a number without a unit has that of the number that it is compared with. */
const withNeighbours = (all: readonly Quantity[], text: string): Quantity[] => {
  const result = [...all];
  const linked = (left: Quantity, right: Quantity): boolean =>
    right.start - left.end < 16 && LINK.test(text.slice(left.end, right.start));
  const take = (index: number, from: Quantity | undefined): void => {
    const one = result[index];
    if (
      one === undefined ||
      from === undefined ||
      one.dimension !== undefined ||
      !from.isMeasured ||
      from.dimension === 'ratio'
    )
      return;
    result[index] = { ...one, dimension: from.dimension, factors: from.factors, per: from.per, isMeasured: true };
  };
  for (let index = all.length - 2; index >= 0; index--) {
    const [one, next] = [result[index], result[index + 1]];
    if (one !== undefined && next !== undefined && linked(one, next)) take(index, next);
  }
  for (let index = 1; index < all.length; index++) {
    const [one, last] = [result[index], result[index - 1]];
    if (one !== undefined && last?.dimension === 'money' && linked(last, one)) take(index, last);
  }
  return result;
};

/** "2 min 30 s" and "1h30m" are one time. */
const joinedTimes = (all: readonly Quantity[], text: string): Quantity[] => {
  const done: Quantity[] = [];
  for (const one of all) {
    const last = done.at(-1);
    if (last === undefined || !isOneTime(last, one, text)) {
      done.push(one);
      continue;
    }
    const more = (last.written * (last.factors[0] ?? 1)) / (one.factors[0] ?? 1);
    const { start } = last;
    const [written, low, high] = [one.written + more, one.low + more, one.high + more];
    done.splice(-1, 1, { ...one, text: text.slice(start, one.end), start, written, low, high, isSmall: false });
  }
  return done;
};

const isOneTime = (last: Quantity, one: Quantity, text: string): boolean =>
  last.dimension === 'time' &&
  one.dimension === 'time' &&
  (last.factors[0] ?? 0) > (one.factors[0] ?? 0) &&
  Number.isInteger(last.written) &&
  /^\s?(?:and\s)?$/.test(text.slice(last.end, one.start));

/** The "5" of "per 5 minutes" belongs to the rate before it. */
const found = (text: string): Quantity[] => {
  const all = [...text.matchAll(NUMBER)].map((match) => quantityAt(text, match));
  return all.filter((one, index) => !((all[index - 1]?.end ?? 0) > one.start));
};

/** A statement without names, with its numbers in digits: what the places of its quantities refer to. */
export const readable = (statement: string): string => spelledOut(withoutNames(statement));

/** The numbers of a statement: not those in names, versions, dates, clock times and codes. */
export const quantitiesIn = (statement: string): Quantity[] => {
  const text = readable(statement);
  return joinedTimes(withNeighbours(found(text), text), text);
};

/** The field name in front of a value: `"durationMs": ` or `latency_ms=`. */
const FIELD = /([A-Za-z][\w.-]*)["']?\s?[:=]\s?["'[]?$/;

/** The numbers of a source, read generously: a number with a telling field name also counts without its unit. */
export const quantitiesInSource = (source: string): Quantity[] => {
  const text = spelledOut(withoutNames(source, { isSource: true }));
  const all = found(text);
  const named = all.flatMap((one) => {
    const name =
      one.dimension === undefined || one.dimension === 'count'
        ? FIELD.exec(text.slice(Math.max(0, one.start - 60), one.start))?.[1]
        : undefined;
    const unit = name === undefined ? undefined : unitOfName(name);
    return unit === undefined ? [] : [{ ...one, dimension: unit.dimension, factors: unit.factors, per: unit.per }];
  });
  const lists = all
    .filter((one) => /\d,\d{3}/.test(one.text))
    .flatMap((one) => found(text.slice(one.start, one.end).replaceAll(',', ', ')));
  const known = new Set(all);
  // Java and Linux write memory as 7804M.
  const memory = all.flatMap((one) => {
    const unit = unitNamed(`${/^[\d.]+([KMG])$/.exec(one.text)?.[1] ?? '?'}iB`);
    const written = parseFloat(one.text);
    return unit === undefined ? [] : [{ ...one, written, dimension: unit.dimension, factors: unit.factors }];
  });
  return [...all, ...named, ...lists, ...memory, ...joinedTimes(all, text).filter((one) => !known.has(one))];
};
