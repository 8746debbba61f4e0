import { nanosOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import { quantityIn } from './json.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';

const BINARY: readonly [string, bigint][] = [
  ['Ei', 1024n ** 6n],
  ['Pi', 1024n ** 5n],
  ['Ti', 1024n ** 4n],
  ['Gi', 1024n ** 3n],
  ['Mi', 1024n ** 2n],
  ['Ki', 1024n],
];
const DECIMAL: readonly [string, bigint][] = [
  ['E', 10n ** 18n],
  ['P', 10n ** 15n],
  ['T', 10n ** 12n],
  ['G', 10n ** 9n],
  ['M', 10n ** 6n],
  ['k', 10n ** 3n],
];
const NANO = 10n ** 9n;

/** A quantity as the API server stores it: `1024Mi` is `1Gi`, `0.5` is `500m`, `1.5Gi` is `1536Mi`. */
export const canonicalQuantity = (given: Json): string => {
  const text = quantityIn(given);
  const nanos = nanosOf(text);
  if (nanos === 0n || /\d[eE]/.test(text)) return nanos === 0n ? '0' : text;
  const small = [
    ['', NANO],
    ['m', 10n ** 6n],
    ['u', 10n ** 3n],
    ['n', 1n],
  ] as const;
  const isBinary = text.endsWith('i') && nanos >= 1024n * NANO;
  const large = (isBinary ? BINARY : DECIMAL).map(([suffix, size]) => [suffix, size * NANO] as const);
  const [suffix, size] = [...large, ...small].find(([, unit]) => nanos % unit === 0n) ?? ['n', 1n];
  return `${nanos / size}${suffix}`;
};
