import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { LedgerServer } from '../../../../local/ledger-server.ts';

/** An item of the table as DynamoDB stores it. */
export const rawItem = async ({ client, table }: LedgerServer, pk: string, sk = '-') =>
  (await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } } }))).Item;

/** Loses the answer to the next request on its way back, after the table has carried it out. */
export const loseNextAnswer = ({ client }: LedgerServer): void => {
  let lost = false;
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      if (lost) return answer;
      lost = true;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });
    },
    { step: 'deserialize', name: 'loseNextAnswer', priority: 'high', override: true },
  );
};
