import { callName } from '../../contracts/cloud-call.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { CloudRequest, AccountRegion } from '../../contracts/ports.ts';
import { COMMAND_TABLE, type CommandTable } from './commands/table.ts';
import type { ServiceCommands } from './commands/command.ts';
import { CONNECTION, type Connection } from '../../adapters/aws/connection.ts';
import { classifyAwsError, translateAwsError } from '../../adapters/aws/errors.ts';

export interface AwsTransportOptions extends AccountRegion {
  /** Called after each call with its outcome: `ok`, the AWS error code, or `unavailable`. Never gets the response. */
  readonly onCall?: (request: CloudRequest, outcome: string) => void;
  readonly connection?: Connection;
  /** Calls that tools of a team's own make. A service of this table may have more commands than the shipped one of its name. */
  readonly ownCommands?: CommandTable;
}

/** Sends a call under one set of credentials. Its errors name it as `action` on what it is about. */
export type AwsTransport = (action: string, request: CloudRequest) => Promise<unknown>;

/** A transport to AWS. It keeps its SDK clients, so it opens one connection per service. */
export const awsTransport = ({ region, onCall, connection, ownCommands = {} }: AwsTransportOptions): AwsTransport => {
  const connectionTo = memoize(async (load: LoadService) => {
    const { service } = await load();
    return { client: service.connect({ ...CONNECTION, ...connection, region }), commands: service.commands };
  });
  return async (action, request) => {
    const loads = [COMMAND_TABLE[request.service], ownCommands[request.service]].filter((load) => load !== undefined);
    const services = await Promise.all(loads.map(connectionTo));
    const found = services.find(({ commands }) => commands[request.command] !== undefined);
    const sdkCommand = found?.commands[request.command];
    if (found === undefined || sdkCommand === undefined) throw contractBroken(unknownCommand(request, services));
    const { client } = found;
    const output = await client.send(sdkCommand.create(request.input)).catch((error: unknown) => {
      const failure = classifyAwsError(error);
      onCall?.(request, failure.kind === 'refused' ? failure.code : failure.kind);
      throw translateAwsError(callName(action, request.input), error);
    });
    onCall?.(request, 'ok');
    return toJson(output);
  };
};

type LoadService = CommandTable[string];

const memoize = <Key, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const made = new Map<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
};

const unknownCommand = ({ service, command }: CloudRequest, known: readonly Pick<ServiceCommands, 'commands'>[]) => {
  const commands = known.flatMap((one) => Object.keys(one.commands)).join(', ') || 'none';
  return `No line for ${command} in lambdas/providers/aws/commands/${service}.ts, nor in aws/${service}.ts of the own tools (known: ${commands}).`;
};

/** Plain JSON: dates become ISO strings and bytes base64. Undefined fields and the SDK's metadata are dropped. */
const toJson = (output: object): unknown => {
  const plain: unknown = JSON.parse(
    JSON.stringify({ ...output, $metadata: undefined }, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );
  return plain;
};
