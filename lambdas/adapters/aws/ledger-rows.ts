import { randomUUID } from 'node:crypto';
import { ERROR } from '../../contracts/error-names.ts';
import type { JsonObject } from '../../contracts/json.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import type { Ledger, Row } from '../../contracts/ports.ts';
import { fromItem, toItem, type Item } from './attributes.ts';
import { addition, countersOf, totalsOf } from './ledger-counters.ts';
import { epochSeconds, type TableClient } from './ledger-table.ts';

/**
 * Attributes that every row has besides its data. `rowWrite` is the id of the last write: if a condition fails and the
 * stored id is ours, the SDK repeated a write that had already succeeded.
 */
const ENVELOPE: readonly string[] = ['pk', 'sk', 'ttl', 'rowVersion', 'rowWrite'];

/** The rows of the ledger. A row's fields are attributes of its item, so `add` can increment them. */
export const ledgerRows = (table: TableClient, retentionDays: number): Omit<Ledger, 'append' | 'events'> => {
  // Rows are kept as long as traces. A tripped breaker stays until a human resets it.
  const expiryOf = ({ family }: RowKey, given: Date | undefined): Date | undefined =>
    given ?? (family === FAMILY.breaker ? undefined : new Date(Date.now() + retentionDays * 86_400_000));
  return {
    fetch: async (key) => {
      const item = await table.get(...primaryKey(key));
      return item === undefined ? undefined : rowOf(item);
    },

    list: async (family, id, newest) =>
      (newest === undefined ? await table.query(`${family}#${id}`) : await table.last(`${family}#${id}`, newest)).map(
        rowOf,
      ),

    create: async (key, data, expiresAt) => {
      const write = randomUUID();
      const item = itemOf(key, data, 1, write, expiryOf(key, expiresAt));
      if (await table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' }))
        return { created: true, row: rowOf(item) };
      const stored = await table.get(...primaryKey(key));
      if (stored === undefined) throw expiredMeanwhile(key);
      return { created: isOwn(stored, write), row: rowOf(stored) };
    },

    replace: async (key, data, version, expiresAt) => {
      const write = randomUUID();
      const replaced = await table.put(itemOf(key, data, version + 1, write, expiryOf(key, expiresAt)), {
        ConditionExpression: 'rowVersion = :version',
        ExpressionAttributeValues: { ':version': { N: String(version) } },
      });
      return replaced || isOwn(await table.get(...primaryKey(key)), write);
    },

    add: async (key, amounts, ceilings) => {
      const write = randomUUID();
      const counters = countersOf(amounts, ceilings);
      const ttl = epochSeconds(new Date(), retentionDays);
      const item =
        (await table.update(...primaryKey(key), addition(counters, write, ttl))) ??
        (await table.get(...primaryKey(key)));
      return { added: isOwn(item, write), totals: totalsOf(counters, item) };
    },
  };
};

/** Partition key and sort key of a row. */
const primaryKey = ({ family, id, part = '-' }: RowKey): [pk: string, sk: string] => [`${family}#${id}`, part];

const itemOf = (key: RowKey, data: JsonObject, version: number, write: string, expiresAt: Date | undefined): Item => {
  const [pk, sk] = primaryKey(key);
  const taken = ENVELOPE.find((name) => name in data);
  if (taken !== undefined)
    throw contractBroken(`${pk} ${sk}: a row cannot have a field named ${taken}, the ledger uses that name itself.`);
  return {
    ...toItem(data),
    pk: { S: pk },
    sk: { S: sk },
    rowVersion: { N: String(version) },
    rowWrite: { S: write },
    ...(expiresAt === undefined ? {} : { ttl: { N: String(epochSeconds(expiresAt)) } }),
  };
};

const rowOf = (item: Item): Row => ({
  version: Number(item['rowVersion']?.N),
  data: fromItem(Object.fromEntries(Object.entries(item).filter(([name]) => !ENVELOPE.includes(name)))),
});

const isOwn = (item: Item | undefined, write: string): boolean => item?.['rowWrite']?.S === write;

const expiredMeanwhile = (key: RowKey): StepError =>
  new StepError(
    ERROR.ledgerUnavailable,
    `${primaryKey(key).join(' ')} existed when it was to be created, and was gone when it was read.`,
    'Its TTL expired in between. The step is retried.',
  );
