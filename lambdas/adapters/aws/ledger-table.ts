import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type PutItemCommandInput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import { ITEM_LIMIT, sizeOf, type Item } from './attributes.ts';
import { CONNECTION, type Connection } from './connection.ts';
import { classifyAwsError } from './errors.ts';

/** The DynamoDB client of the ledger. Writes are small and in the same Region, so two seconds per attempt are enough. */
export const ledgerClient = (connection: Connection = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { ...CONNECTION.requestHandler, requestTimeout: 2_000 },
    ...connection,
  });

/** A condition of a write, with its values. */
type Condition = Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** A conditional update in place. */
export type Update = Condition & Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ExpressionAttributeNames'>;

/** A date plus some days, in epoch seconds as TTL attributes need. */
export const epochSeconds = (date: Date, days = 0): number => Math.floor(date.getTime() / 1000) + days * 86_400;

/** The operations on the ledger's table: all reads are consistent, all writes conditional. */
export interface TableClient {
  get(pk: string, sk: string): Promise<Item | undefined>;
  /** All items of a partition from sort key `from` on, in order. */
  query(pk: string, from?: string): Promise<Item[]>;
  /** The last items of a partition, in order: at most so many, and of one page. */
  last(pk: string, count: number): Promise<Item[]>;
  /** `false` if the condition does not hold. */
  put(item: Item, condition: Condition): Promise<boolean>;
  /** The item after the update, or `undefined` if the condition does not hold. */
  update(pk: string, sk: string, update: Update): Promise<Item | undefined>;
}

/** The ledger's DynamoDB table. */
export const ledgerTable = (client: DynamoDBClient, table: string): TableClient => ({
  get: async (pk, sk) => {
    const command = new GetItemCommand({
      TableName: table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ConsistentRead: true,
    });
    return (await client.send(command).catch(rethrow)).Item;
  },

  query: async (pk, from = ' ') => {
    const items: Item[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const command: QueryCommand = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from } },
        ConsistentRead: true,
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      });
      const page = await client.send(command).catch(rethrow);
      items.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  },

  last: async (pk, count) => {
    const command = new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: count,
    });
    return ((await client.send(command).catch(rethrow)).Items ?? []).toReversed();
  },

  put: async (item, condition) => {
    const command = new PutItemCommand({ TableName: table, Item: withinSizeLimit(item), ...condition });
    return (await client.send(command).catch(unlessConditionFailed)) !== undefined;
  },

  update: async (pk, sk, update) => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ReturnValues: 'ALL_NEW',
      ...update,
    });
    return (await client.send(command).catch(unlessConditionFailed))?.Attributes;
  },
});

const withinSizeLimit = (item: Item): Item => {
  const size = sizeOf(item);
  if (size > ITEM_LIMIT)
    throw contractBroken(
      `${item['pk']?.S ?? ''} ${item['sk']?.S ?? ''} has ${size} bytes; DynamoDB takes at most ${ITEM_LIMIT}. Clip the data first.`,
    );
  return item;
};

const unlessConditionFailed = (error: unknown): undefined => {
  if (error instanceof ConditionalCheckFailedException) return undefined;
  return rethrow(error);
};

const rethrow = (error: unknown): never => {
  const failure = classifyAwsError(error);
  if (failure.kind === 'unavailable')
    throw new StepError(
      ERROR.ledgerUnavailable,
      `The ledger gave no usable response (${failure.message}).`,
      'DynamoDB throttles or is unreachable. The step is retried; if it persists, look at the table.',
      error,
    );
  if (failure.kind === 'bug')
    throw contractBroken(`The ledger was given an input that could not be serialized: ${failure.message}`, error);
  throw new StepError(
    ERROR.misconfigured,
    `The ledger refused a call: ${failure.code}: ${failure.message}`,
    "Compare the table's name and the function's role with the stack.",
    error,
  );
};
