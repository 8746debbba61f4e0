import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

/** Ledger requests by operation and family of rows. */
export interface LedgerUse {
  /** `PutItem incident`, `Query storm`, … */
  readonly operation: string;
  readonly requests: number;
  /** Writes whose condition failed: billed, but nothing was written. */
  readonly refused: number;
  /** Capacity units as DynamoDB counts them: per 4 KB of a consistent read, per 1 KB of a write. */
  readonly units: number;
}

const Key = z.object({ S: z.string() });
const Input = z.looseObject({
  Item: z.looseObject({ pk: Key }).optional(),
  Key: z.looseObject({ pk: Key }).optional(),
  ExpressionAttributeValues: z.looseObject({ ':pk': Key.optional() }).optional(),
});
const Output = z.looseObject({ ConsumedCapacity: z.looseObject({ CapacityUnits: z.number() }).optional() });

const familyIn = (input: unknown): string => {
  const { Item, Key, ExpressionAttributeValues } = Input.parse(input);
  const pk = Item?.pk.S ?? Key?.pk.S ?? ExpressionAttributeValues?.[':pk']?.S ?? '';
  return pk.split('#')[0] ?? '';
};

/** Counts the requests of a ledger client, each once however often the SDK retries it. */
export class LedgerMeter {
  readonly #counts = new Map<string, LedgerUse>();

  /** Attaches the meter to a client. */
  attach(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const operation = `${(context.commandName ?? '').replace('Command', '')} ${familyIn(args.input)}`;
        const metered = { ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const } };
        try {
          const result = await next(metered);
          this.#count(operation, 0, Output.parse(result.output).ConsumedCapacity?.CapacityUnits ?? 0);
          return result;
        } catch (error) {
          // DynamoDB bills the item that made the condition fail. Ours are small, so it is the minimum of one unit.
          if (error instanceof Error && error.name === 'ConditionalCheckFailedException') this.#count(operation, 1, 1);
          throw error;
        }
      },
      { step: 'initialize', name: 'ledgerMeter' },
    );
  }

  /** The counts since the last call, most requests first. */
  take(): LedgerUse[] {
    const counts = [...this.#counts.values()];
    this.#counts.clear();
    return counts.toSorted((a, b) => b.requests - a.requests);
  }

  #count(operation: string, refused: number, units: number): void {
    const before = this.#counts.get(operation) ?? { operation, requests: 0, refused: 0, units: 0 };
    this.#counts.set(operation, {
      operation,
      requests: before.requests + 1,
      refused: before.refused + refused,
      units: before.units + units,
    });
  }
}
