import { nanosOf } from './quantity.ts';

const NANO = 10n ** 9n;
const BINARY: readonly (readonly [suffix: string, size: bigint])[] = [
  ['Ei', NANO * 1024n ** 6n],
  ['Pi', NANO * 1024n ** 5n],
  ['Ti', NANO * 1024n ** 4n],
  ['Gi', NANO * 1024n ** 3n],
  ['Mi', NANO * 1024n ** 2n],
  ['Ki', NANO * 1024n],
];
const DECIMAL: readonly (readonly [suffix: string, power: bigint])[] = [
  ['E', 27n],
  ['P', 24n],
  ['T', 21n],
  ['G', 18n],
  ['M', 15n],
  ['k', 12n],
  ['', 9n],
  ['m', 6n],
  ['u', 3n],
  ['n', 0n],
];

/**
 * A quantity as the API server writes it: in the largest unit that leaves a whole number, of the family that it was given in.
 * `1024Mi` is `1Gi`, `0.5` is `500m`, `1.5Gi` is `1536Mi`, `1500e3` stays a power of ten.
 */
export const canonicalQuantity = (text: string): string => {
  const nanos = nanosOf(text);
  if (nanos === 0n) return '0';
  const isBinary = text.endsWith('i') && nanos >= 1024n * NANO;
  const [large, size] = (isBinary ? BINARY.find(([, unit]) => nanos % unit === 0n) : undefined) ?? ['', 0n];
  if (size > 0n) return `${nanos / size}${large}`;
  const [suffix, power] = DECIMAL.find(([, digits]) => nanos % 10n ** digits === 0n) ?? ['n', 0n];
  const isPower = /\d\.?[eE][+-]?\d/.test(text);
  return `${nanos / 10n ** power}${isPower && power !== 9n ? `e${power - 9n}` : suffix}`;
};
