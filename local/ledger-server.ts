import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoLedger } from '../lambdas/adapters/aws/ledger.ts';
import { ledgerClient } from '../lambdas/adapters/aws/ledger-table.ts';
import type { Ledger } from '../lambdas/contracts/ports.ts';
import { optionalPackage } from './optional-package.ts';

/** A ledger on a DynamoDB API in this process. */
export interface LedgerServer {
  readonly ledger: Ledger;
  /** For tests that read or corrupt raw items, which the port cannot do. */
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts a DynamoDB API on a free loopback port and creates the ledger's table in it. */
export const startLedger = async (retentionDays = 400): Promise<LedgerServer> => {
  const { default: dynalite } = await optionalPackage('dynalite', () => import('dynalite'));
  const server = dynalite({ createTableMs: 0 });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(portOf(server.address())));
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = ledgerClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'local' },
  });
  const table = 'ledger';
  await createTable(client, table);
  return {
    ledger: dynamoLedger(client, table, retentionDays),
    client,
    table,
    endpoint,
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const portOf = (address: string | AddressInfo | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

const createTable = async (client: DynamoDBClient, table: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const status = async () => (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus;
  while ((await status()) !== 'ACTIVE');
};
