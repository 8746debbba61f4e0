import { pairsOf, across, consecutive, means, neighbours, sums } from './combinations.ts';
import { resultsOf, type Operand } from './arithmetic.ts';
import { amounts, evidence, extremes, grouped, moments, parts, prices, spans, wholes, type Given } from './operands.ts';

/** How a number of a statement may be computed from others. */
interface Derivation {
  readonly name: string;
  /** An example of who computes so. */
  readonly why: string;
  readonly results: (given: Given) => Operand[];
  /** At most this part of all wrong numbers may be explained by it, too. */
  readonly most: number;
  /** Whether the statement need not say so in words. */
  readonly isPlainSpoken?: true;
  /** Whether it also explains what the words in front call a reading. */
  readonly evenIfRead?: true;
  readonly steps?: 2;
}

/** Numbers of one statement stand there to be compared. */
const ANY = 1;
/** What is computed with numbers that the statement leaves out. */
const FEW = 0.25;
/** What takes a second step. */
const VERY_FEW = 0.08;
const DAY = 86_400;

/** From the most to the least usual. */
export const DERIVATIONS: readonly Derivation[] = [
  {
    name: 'stated',
    why: 'from 45 to 97 %, a rise of 52 points',
    results: ({ stated, times }) => [...stated, ...pairsOf(stated), ...pairsOf(times)],
    most: ANY,
    evenIfRead: true,
    isPlainSpoken: true,
  },
  {
    name: 'sum of stated',
    why: '4 in A, 7 in B and 12 in C, 23 in all',
    results: ({ stated }) => sums(stated),
    most: FEW,
    isPlainSpoken: true,
  },
  {
    name: 'rest',
    why: '93 % are used, so 7 % are free',
    results: (given) =>
      [...given.stated, ...evidence(given)]
        .filter(({ kind }) => kind === 'percent')
        .map(({ low, high }) => ({ kind: 'percent', low: 100 - high, high: 100 - low })),
    most: FEW,
    evenIfRead: true,
  },
  {
    name: 'span of times',
    why: 'eight minutes, 03:13 to 03:20; four minutes after the deployment at 01:47',
    results: ({ times, pieces }) =>
      spans(
        times,
        moments(pieces)
          .flat()
          .map((one) => ({ ...one, low: one.low % DAY, high: one.high % DAY })),
      ),
    most: FEW,
  },
  {
    name: 'price',
    why: '3,000 more IOPS at 0.0055 USD each, 500 GiB at 0.088 USD',
    results: (given) => (given.claim.dimension === 'money' ? across(amounts(given), prices(given)) : []),
    most: FEW,
  },
  {
    name: 'share of the whole',
    why: '/v2/users/me makes 66 % of 24,118 requests',
    results: (given) =>
      given.claim.dimension === 'percent'
        ? wholes(given)
            .flatMap((whole) => parts(given).flatMap((part) => resultsOf(part, whole)))
            .filter(({ how }) => how === 'share')
        : [],
    most: FEW,
  },
  {
    name: 'consecutive',
    why: 'a value and the next one, 612,004 of 1,203,411',
    results: (given) => grouped(given).flatMap(consecutive),
    most: FEW,
  },
  {
    name: 'extremes',
    why: 'highest and lowest, first and last of one metric or column',
    results: (given) => grouped(given).flatMap((group) => pairsOf(extremes(group))),
    most: FEW,
  },
  {
    name: 'with extremes',
    why: 'grew by 2.4 GiB (65 %)',
    results: (given) => across(given.stated, grouped(given).flatMap(extremes)),
    most: FEW,
  },
  {
    name: 'with spans',
    why: '90,000 more within the half hour between the two lines, 3,000 a minute',
    results: (given) =>
      across(
        given.stated,
        moments(given.pieces).flatMap((all) => spans(all.slice(0, 1), all.slice(-1))),
      ),
    most: FEW,
  },
  {
    name: 'with evidence',
    why: 'went up 4.7-fold to 2,870 (the log says 610 before)',
    results: (given) => across(given.stated, evidence(given)),
    most: FEW,
  },
  {
    name: 'column sum',
    why: 'three collections paused for 9.1 s in total',
    results: (given) => grouped(given).flatMap(sums),
    most: FEW,
  },
  {
    name: 'column mean',
    why: 'a full collection takes 3 s on average',
    results: (given) => grouped(given).flatMap(means),
    most: FEW,
  },
  {
    name: 'rows',
    why: '37 lines say so',
    results: ({ pieces }) =>
      pieces.flatMap(({ lines, columns }) =>
        [lines, ...columns.values()].map(({ length }) => ({ kind: 'count', low: length, high: length })),
      ),
    most: FEW,
  },
  {
    name: 'neighbours',
    why: 'a price times a count, a used part of a whole, a value and the next',
    results: (given) => grouped(given).flatMap(neighbours),
    most: FEW,
  },
  {
    name: 'span of consecutive moments',
    why: 'how long a step of a log took, and how long it all took',
    results: ({ pieces }) =>
      moments(pieces).flatMap((all) => [
        ...spans(all.slice(0, 1), all.slice(-1)),
        ...all.slice(1).flatMap((one, at) => spans([one], all.slice(at, at + 1))),
      ]),
    most: FEW,
  },
  {
    name: 'span of moments',
    why: 'the time between any two lines',
    results: ({ pieces }) => moments(pieces).flatMap((all) => spans(all, all)),
    most: FEW,
  },
  {
    name: 'two steps from the statement',
    why: '3,000 more IOPS at 0.0055 USD each',
    results: (given) =>
      across(
        pairsOf(given.stated).filter(({ how }) => how === 'difference' || how === 'product'),
        evidence(given),
      ),
    most: VERY_FEW,
    steps: 2,
  },
  {
    name: 'two steps from neighbours',
    why: 'the 4 that are missing need 16 vCPUs each',
    results: (given) => across(grouped(given).flatMap(neighbours), [...given.stated, ...evidence(given)]),
    most: VERY_FEW,
    steps: 2,
  },
];
