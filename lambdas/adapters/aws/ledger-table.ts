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
import { awsFailureOf } from './errors.ts';

/** The client of the ledger. Writes are small and near: two seconds an attempt are plenty. */
export const ledgerClient = (connection: Connection & { readonly endpoint?: string } = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { ...CONNECTION.requestHandler, requestTimeout: 2_000 },
    ...connection,
  });

/** A condition of a write, with the values that it mentions. */
type Condition = Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** A conditional update in place. */
export type Update = Condition & Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ExpressionAttributeNames'>;

/** A date as a TTL attribute has it, some days later. */
export const epochSeconds = (date: Date, days = 0): number => Math.floor(date.getTime() / 1000) + days * 86_400;

/** The few operations that the ledger makes on its table, all consistent, all conditional. */
export interface LedgerTable {
  get(pk: string, sk: string): Promise<Item | undefined>;
  /** All items of a partition in order of sort key, from `from` on. */
  query(pk: string, from?: string): Promise<Item[]>;
  /** `false`: the condition does not hold. */
  put(item: Item, condition: Condition): Promise<boolean>;
  /** The item after the update; `undefined`: the condition does not hold. */
  update(pk: string, sk: string, update: Update): Promise<Item | undefined>;
}

/** The ledger's DynamoDB table. */
export const ledgerTable = (client: DynamoDBClient, table: string): LedgerTable => ({
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

  put: async (item, condition) => {
    const command = new PutItemCommand({ TableName: table, Item: fitting(item), ...condition });
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

const fitting = (item: Item): Item => {
  const size = sizeOf(item);
  if (size > ITEM_LIMIT)
    throw contractBroken(
      `${item['pk']?.S ?? ''} ${item['sk']?.S ?? ''} has ${size} bytes; an item of the ledger holds ${ITEM_LIMIT}. Clip what goes into it.`,
    );
  return item;
};

const unlessConditionFailed = (error: unknown): undefined => {
  if (error instanceof ConditionalCheckFailedException) return undefined;
  return rethrow(error);
};

const rethrow = (error: unknown): never => {
  const failure = awsFailureOf(error);
  if (failure.kind === 'unavailable')
    throw new StepError(
      ERROR.ledgerUnavailable,
      `The ledger gave no usable answer (${failure.says}).`,
      'DynamoDB throttles or is unreachable. The step is retried; if it persists, look at the table.',
      error,
    );
  if (failure.kind === 'bug')
    throw contractBroken(`The ledger was given something without a wire form: ${failure.says}`, error);
  throw new StepError(
    ERROR.misconfigured,
    `The ledger refused a call: ${failure.code}: ${failure.says}`,
    "Compare the table's name and the function's role with the stack.",
    error,
  );
};
