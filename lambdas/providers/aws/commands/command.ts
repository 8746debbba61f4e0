import { contractBroken } from '../../../contracts/errors.ts';
import type { Connection } from '../../../adapters/aws/connection.ts';

/** The part of an SDK client that is used here. */
interface SdkClient {
  send(sdkCommand: object): Promise<object>;
}

/** Builds one SDK command. */
interface SdkCommand {
  create(input: object): object;
}

/** The client of a service and the commands that tools may name. Loaded when one of them is first called. */
export interface ServiceCommands {
  connect(connection: Connection): SdkClient;
  readonly commands: Readonly<Record<string, SdkCommand>>;
}

/**
 * A line of a command table. `dates` names the fields that the SDK needs as `Date` and that tools pass as ISO strings.
 * Inputs are not validated here, because AWS validates them.
 */
export const sdkCommand = (Command: new (input: never) => object, dates: readonly string[] = []): SdkCommand => {
  // Method parameters are bivariant in TypeScript. Only here does plain JSON become an SDK input.
  const line: SdkCommand = { create: (input: never) => new Command(input) };
  return { create: (input) => line.create(isoToDate(input, dates)) };
};

const isoToDate = (input: object, dates: readonly string[]): object =>
  Object.fromEntries(
    Object.entries(input).map(([field, value]: [string, unknown]) => [
      field,
      dates.includes(field) && typeof value === 'string' ? dateOf(field, value) : value,
    ]),
  );

const dateOf = (field: string, text: string): Date => {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw contractBroken(`${field} is ${JSON.stringify(text)}; expected an ISO 8601 time.`);
  return date;
};
