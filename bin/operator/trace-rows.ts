import { QueryCommand, type DynamoDBClient, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { eventOf, partition } from '../../lambdas/adapters/aws/ledger.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { askAws } from './deployment.ts';

/** A row of a trace, as DynamoDB returns it. */
export type TraceRow = Parameters<typeof eventOf>[1];

/** Reads the rows of one incident, in order: all of them, or with `Limit` the first ones. */
export type ReadRows = (
  incident: string,
  options?: Pick<QueryCommandInput, 'Limit' | 'ScanIndexForward'>,
) => Promise<TraceRow[]>;

/** Reads with the operator's credentials, and so with advice for the operator if it fails. */
export const traceRows =
  (client: DynamoDBClient, TableName: string): ReadRows =>
  (incident, options = {}) =>
    askAws(`dynamodb:Query of ${TableName}`, async () => {
      const rows: TraceRow[] = [];
      let ExclusiveStartKey: TraceRow | undefined;
      do {
        const command: QueryCommand = new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: partition(incident) } },
          ConsistentRead: true,
          ...options,
          ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
        });
        const page = await client.send(command);
        rows.push(...(page.Items ?? []));
        ExclusiveStartKey = options.Limit === undefined ? page.LastEvaluatedKey : undefined;
      } while (ExclusiveStartKey !== undefined);
      return rows;
    });

/** The event of a row, or what is wrong with the row. */
export const readRow = (incident: string, row: TraceRow): TraceEvent | CheckreinError => {
  try {
    return eventOf(incident, row);
  } catch (error) {
    if (error instanceof CheckreinError) return error;
    throw error;
  }
};

/** The events among rows that were read. */
export const eventsOfRows = (read: readonly (TraceEvent | CheckreinError)[]): TraceEvent[] =>
  read.flatMap((one) => (one instanceof CheckreinError ? [] : [one]));

/** The first fault among rows that were read. */
export const faultIn = (read: readonly (TraceEvent | CheckreinError)[]): CheckreinError | undefined =>
  read.find((one) => one instanceof CheckreinError);
