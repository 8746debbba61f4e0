/** Units of numbers in a conclusion and in evidence. Only names that engineers write; an unknown name is no unit. */

export type UnitDimension = 'time' | 'bytes' | 'percent' | 'money' | 'ratio' | 'count';

export interface Unit {
  readonly dimension: UnitDimension;
  /** What one of it is in seconds, bytes, percent, dollars or pieces. Several if people mix them up: a GB is often a GiB. */
  readonly factors: readonly number[];
  /** If the unit itself is a rate, such as rps: its time, in seconds. */
  readonly per?: number;
}

const HOUR = 3600;
/** AWS and our price report count a month as 730 hours. */
const MONTH = 730 * HOUR;

type Row = readonly [unit: Unit, names: string];
const time = (seconds: number, names: string): Row => [{ dimension: 'time', factors: [seconds] }, names];
const rate = (per: number, names: string): Row => [{ dimension: 'count', factors: [1], per }, names];
const BIT = 1 / 8;

/** Bytes and bits of one magnitude. `MiB` is exact; for `MB` both readings count. */
const bytes = (letter: string, word: string, power: number): Row[] => {
  const [decimal, binary] = [1000 ** power, 1024 ** power];
  const bits: Unit = { dimension: 'bytes', factors: [decimal * BIT] };
  return [
    [{ dimension: 'bytes', factors: [binary] }, `${letter}iB ${letter}ib ${letter}i ${word.slice(0, 2)}bibyte`],
    [
      { dimension: 'bytes', factors: [decimal, binary] },
      `${letter}B ${letter.toLowerCase()}B ${letter.toLowerCase()}b ${word}byte ${word}bytes`,
    ],
    [bits, `${letter}bit ${letter}bits ${letter}b ${word}bit ${word}bits`],
    [{ ...bits, per: 1 }, `${letter}bps ${letter.toLowerCase()}bps`],
  ];
};

const ROWS: readonly Row[] = [
  time(1e-9, 'ns nanosecond nanoseconds'),
  time(1e-6, 'µs μs us microsecond microseconds'),
  time(1e-3, 'ms msec msecs millisecond milliseconds millis'),
  time(1, 's sec secs second seconds'),
  time(60, 'min mins minute minutes'),
  time(HOUR, 'h hr hrs hour hours'),
  time(24 * HOUR, 'd day days'),
  time(7 * 24 * HOUR, 'week weeks'),
  time(MONTH, 'mo month months'),
  time(12 * MONTH, 'yr year years'),
  [{ dimension: 'bytes', factors: [1] }, 'B byte bytes'],
  ...bytes('K', 'kilo', 1),
  ...bytes('M', 'mega', 2),
  ...bytes('G', 'giga', 3),
  ...bytes('T', 'tera', 4),
  ...bytes('P', 'peta', 5),
  [{ dimension: 'percent', factors: [1] }, '% percent pct pp points'],
  [{ dimension: 'ratio', factors: [1] }, 'x × times fold'],
  [{ dimension: 'money', factors: [1] }, '$ USD usd dollar dollars'],
  [{ dimension: 'money', factors: [0.01] }, '¢ cent cents'],
  rate(1, 'rps qps tps iops'),
  rate(60, 'rpm'),
];

const UNITS = new Map(ROWS.flatMap(([unit, names]) => names.split(' ').map((name) => [name, unit] as const)));

/** The unit of that name. Case counts only where it decides: Mb and MB. */
export const unitNamed = (name: string): Unit | undefined => UNITS.get(name) ?? UNITS.get(name.toLowerCase());

/** The length of a time after "per", in seconds. */
export const secondsOf = (name: string): number | undefined => {
  const unit = unitNamed(name === 'm' ? 'min' : name);
  return unit?.dimension === 'time' ? unit.factors[0] : undefined;
};

/** How the last part of a name says the unit of its value: `durationMs`, `mem_used_percent`, `period_seconds`. */
const NAME_ENDING =
  /(?:(?<=[a-z\d])(Ms|Millis|Seconds|Secs?|Minutes|Mins?|Hours|Days|Percent|Pct|Bytes|[KMGT]i?B|Cents|Dollars|Usd)|(?:^|[_.-])(ms|millis|s|secs?|seconds|mins?|minutes|hours|days|percent|pct|bytes|[kmgt]i?b|cents|dollars|usd))(?:Per|After|Before|Month|Delta)*$/;

/** The unit that a field name ends in. */
export const unitOfName = (name: string): Unit | undefined => {
  const [, camel, snake] = NAME_ENDING.exec(name) ?? [];
  const found = camel ?? snake;
  if (found === undefined)
    return /^(?:ms|seconds|minutes|hours|days|percent|bytes)$/i.test(name) ? unitNamed(name) : undefined;
  return unitNamed(found) ?? unitNamed(found.toLowerCase());
};
