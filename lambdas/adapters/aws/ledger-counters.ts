import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { contractBroken } from '../../contracts/errors.ts';
import type { Item } from './attributes.ts';
import type { Update } from './ledger-table.ts';

/** A counter of a row, the amount to add and its ceiling. */
interface Counter {
  readonly name: string;
  readonly amount: number;
  readonly ceiling: number | undefined;
}

/** The counters that an `add` names. A counter with a ceiling but no amount is only checked. */
export const countersOf = (
  amounts: Readonly<Record<string, number>>,
  ceilings: Readonly<Record<string, number>> = {},
): Counter[] =>
  [...new Set([...Object.keys(amounts), ...Object.keys(ceilings)])].map((name) => {
    const counter = { name, amount: amounts[name] ?? 0, ceiling: ceilings[name] };
    if (!Number.isSafeInteger(counter.amount) || !Number.isSafeInteger(counter.ceiling ?? 0))
      throw contractBroken(
        `Counter ${name}: amount ${counter.amount} or its ceiling is not an integer; money is counted in micro-USD.`,
      );
    return counter;
  });

/**
 * One update that adds to all counters or, if one would exceed its ceiling, to none. A missing counter counts as zero.
 * `ttl` is set once, so counters expire together with traces. The condition on `rowWrite` prevents counting twice when
 * the SDK repeats a request whose response was lost.
 */
export const addition = (counters: readonly Counter[], write: string, ttl: number): Update => ({
  UpdateExpression: `SET rowWrite = :write, #ttl = if_not_exists(#ttl, :ttl) ADD ${[
    'rowVersion :one',
    ...counters.map((_, at) => `#c${at} :a${at}`),
  ].join(', ')}`,
  ConditionExpression: ['(attribute_not_exists(rowWrite) OR rowWrite <> :write)', ...counters.flatMap(roomFor)].join(
    ' AND ',
  ),
  ExpressionAttributeNames: {
    '#ttl': 'ttl',
    ...Object.fromEntries(counters.map(({ name }, at) => [`#c${at}`, name])),
  },
  ExpressionAttributeValues: {
    ':write': { S: write },
    ':one': { N: '1' },
    ':ttl': { N: String(ttl) },
    ...Object.fromEntries(counters.flatMap(valuesOf)),
  },
});

const valuesOf = ({ amount, ceiling }: Counter, at: number): [string, AttributeValue][] => {
  const added: [string, AttributeValue] = [`:a${at}`, { N: String(amount) }];
  return ceiling === undefined ? [added] : [added, [`:room${at}`, { N: String(ceiling - amount) }]];
};

const roomFor = ({ amount, ceiling }: Counter, at: number): string[] => {
  if (ceiling === undefined) return [];
  const enough = `#c${at} <= :room${at}`;
  // The comparison is false without the attribute, which is right if the amount alone exceeds the ceiling.
  return [amount > ceiling ? enough : `(attribute_not_exists(#c${at}) OR ${enough})`];
};

/** The values of the counters in an item. */
export const totalsOf = (counters: readonly Counter[], item: Item | undefined): Record<string, number> =>
  Object.fromEntries(counters.map(({ name }) => [name, Number(item?.[name]?.N ?? 0)]));
