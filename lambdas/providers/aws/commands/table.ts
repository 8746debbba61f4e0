import type { ServiceCommands } from './command.ts';

/** AWS calls that manifests may name, by service. The SDK client of a service is loaded when one of its calls is made. */
export type CommandTable = Readonly<Record<string, () => Promise<{ readonly service: ServiceCommands }>>>;

/** The calls of the shipped tools. */
export const COMMAND_TABLE: CommandTable = {
  ec2: () => import('./ec2.ts'),
  autoscaling: () => import('./autoscaling.ts'),
  cloudwatch: () => import('./cloudwatch.ts'),
  logs: () => import('./logs.ts'),
  cloudtrail: () => import('./cloudtrail.ts'),
  pricing: () => import('./pricing.ts'),
  codebuild: () => import('./codebuild.ts'),
};
