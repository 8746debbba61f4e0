import type { ServiceCommands } from './command.ts';

/** Every AWS call that a manifest may name. A service's SDK client is loaded when one of its calls is made. */
export const COMMAND_TABLE: Readonly<Record<string, () => Promise<{ readonly service: ServiceCommands }>>> = {
  ec2: () => import('./ec2.ts'),
  autoscaling: () => import('./autoscaling.ts'),
  cloudwatch: () => import('./cloudwatch.ts'),
  logs: () => import('./logs.ts'),
  cloudtrail: () => import('./cloudtrail.ts'),
  pricing: () => import('./pricing.ts'),
  codebuild: () => import('./codebuild.ts'),
};
