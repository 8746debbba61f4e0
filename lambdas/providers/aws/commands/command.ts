import { contractBroken } from '../../../contracts/errors.ts';
import type { Connection } from '../../../adapters/aws/connection.ts';

/** The part of an SDK client that the cloud uses. */
interface SdkClient {
  send(sdkCommand: object): Promise<object>;
}

/** Builds one SDK command. */
interface SdkCommand {
  create(input: object): object;
}

/** One service: its client and the commands that tools may name. Each is loaded only when it is called. */
export interface ServiceCommands {
  connect(connection: Connection): SdkClient;
  readonly commands: Readonly<Record<string, SdkCommand>>;
}

/**
 * A line of a command table. `dates` names the fields that the SDK wants as `Date` and that tools, whose
 * inputs are JSON, give as ISO strings. Whether an input is right is for AWS to say: it checks them all.
 */
export const sdkCommand = (Command: new (input: never) => object, dates: readonly string[] = []): SdkCommand => {
  // Methods take their parameters bivariantly: the one place where plain JSON becomes an SDK input.
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
