import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { sdkCommand, type ServiceCommands } from 'checkrein/tool';

/** The calls of AWS Lambda that your tools may name. */
export const service: ServiceCommands = {
  connect: (connection) => new LambdaClient(connection),
  commands: {
    ListEventSourceMappings: sdkCommand(ListEventSourceMappingsCommand),
  },
};
