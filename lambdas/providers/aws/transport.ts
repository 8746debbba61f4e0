import { callName } from '../../contracts/cloud-call.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { CloudRequest, AccountRegion } from '../../contracts/ports.ts';
import { COMMAND_TABLE } from './commands/table.ts';
import { CONNECTION, type Connection } from '../../adapters/aws/connection.ts';
import { classifyAwsError, translateAwsError } from '../../adapters/aws/errors.ts';

export interface AwsTransportOptions extends AccountRegion {
  /** Called after each call with its outcome: `ok`, the AWS error code, or `unavailable`. Never gets the response. */
  readonly onCall?: (request: CloudRequest, outcome: string) => void;
  readonly connection?: Connection;
}

/** Sends a call under one set of credentials. Its errors name it as `action` on what it is about. */
export type AwsTransport = (action: string, request: CloudRequest) => Promise<unknown>;

/** A transport to AWS. It keeps its SDK clients, so it opens one connection per service. */
export const awsTransport = ({ region, onCall, connection }: AwsTransportOptions): AwsTransport => {
  const connectionTo = memoize(async (name: string) => {
    const load = COMMAND_TABLE[name];
    if (load === undefined)
      throw contractBroken(`No line for the service ${name} in lambdas/providers/aws/commands/table.ts.`);
    const { service } = await load();
    return { client: service.connect({ ...CONNECTION, ...connection, region }), commands: service.commands };
  });
  return async (action, request) => {
    const { client, commands } = await connectionTo(request.service);
    const sdkCommand = commands[request.command];
    if (sdkCommand === undefined) throw contractBroken(unknownCommand(request, Object.keys(commands)));
    const output = await client.send(sdkCommand.create(request.input)).catch((error: unknown) => {
      const failure = classifyAwsError(error);
      onCall?.(request, failure.kind === 'refused' ? failure.code : failure.kind);
      throw translateAwsError(callName(action, request.input), error);
    });
    onCall?.(request, 'ok');
    return toJson(output);
  };
};

const memoize = <Key, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const made = new Map<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
};

const unknownCommand = ({ service, command }: CloudRequest, known: readonly string[]): string =>
  `No line for ${command} in lambdas/providers/aws/commands/${service}.ts (known: ${known.join(', ')}).`;

/** Plain JSON: dates become ISO strings and bytes base64. Undefined fields and the SDK's metadata are dropped. */
const toJson = (output: object): unknown => {
  const plain: unknown = JSON.parse(
    JSON.stringify({ ...output, $metadata: undefined }, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );
  return plain;
};
