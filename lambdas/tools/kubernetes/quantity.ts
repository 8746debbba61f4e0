import { ToolRefusal } from '../../contracts/errors.ts';

const NANO_DIGITS = 9;
/** Powers of ten of the decimal suffixes, and of 1024 of the binary ones. */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };

const QUANTITY = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<part>\d*))?(?<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,2})?$/;
/** No quantity of a cluster is longer, and a longer one would cost time. */
const LONGEST = 60;

/**
 * A quantity of Kubernetes (`100m`, `1.5Gi`, `1k`, `1e3`) in billionths of its unit, exactly. What is finer than a billionth is
 * rounded away from zero, as Kubernetes does.
 */
export const nanosOf = (text: string): bigint => {
  const { sign, whole = '', part = '', suffix = '' } = QUANTITY.exec(text)?.groups ?? {};
  if (sign === undefined || whole + part === '' || text.length > LONGEST) throw notAQuantity(text);
  const digits = BigInt(whole + part);
  const binary = BINARY[suffix];
  const scaled = binary === undefined ? digits : digits * 1024n ** binary;
  const nanos = shifted(scaled, NANO_DIGITS - part.length + (binary === undefined ? powerOf(suffix) : 0));
  return sign === '-' ? -nanos : nanos;
};

/** CPU in thousandths of a core, rounded up as the scheduler does. */
export const millicoresOf = (text: string): number => counted(text, nanosOf(text), 1_000_000n);

/** Memory or storage in bytes, and any plain number, rounded up. */
export const wholeOf = (text: string): number => counted(text, nanosOf(text), 1_000_000_000n);

const powerOf = (suffix: string): number => DECIMAL[suffix] ?? Number(suffix.slice(1));

/** A number that is not negative times a power of ten, rounded up. */
const shifted = (value: bigint, power: number): bigint =>
  power >= 0 ? value * 10n ** BigInt(power) : ceiling(value, 10n ** BigInt(-power));

const ceiling = (value: bigint, by: bigint): bigint => (value > 0n ? (value + by - 1n) / by : value / by);

const counted = (text: string, nanos: bigint, unit: bigint): number => {
  const count = ceiling(nanos, unit);
  if (count > BigInt(Number.MAX_SAFE_INTEGER) || count < BigInt(Number.MIN_SAFE_INTEGER))
    throw new ToolRefusal(`The quantity ${JSON.stringify(text)} is too large to be counted exactly.`);
  return Number(count);
};

const notAQuantity = (text: string): ToolRefusal =>
  new ToolRefusal(
    `${JSON.stringify(text.slice(0, LONGEST))} is not a quantity of Kubernetes; expected e.g. 100m, 1.5Gi, 1k or 1e3.`,
  );
