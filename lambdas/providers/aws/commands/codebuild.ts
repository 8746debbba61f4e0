import { BatchGetBuildsCommand, CodeBuildClient, ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** CodeBuild calls that tools may name. Both read: a build is never started, retried or stopped. */
export const service: ServiceCommands = {
  connect: (connection) => new CodeBuildClient(connection),
  commands: {
    BatchGetBuilds: sdkCommand(BatchGetBuildsCommand),
    ListBuildsForProject: sdkCommand(ListBuildsForProjectCommand),
  },
};
