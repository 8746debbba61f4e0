// What the tools of a team import, as `checkrein/tool`.
export { CloudError, ToolRefusal } from '../lambdas/contracts/errors.ts';
export type { Facts } from '../lambdas/contracts/facts.ts';
export type { Json, JsonObject } from '../lambdas/contracts/json.ts';
export type { Configuration, Inverse, Target } from '../lambdas/contracts/plan.ts';
export type { Clock, Cloud, CloudRequest } from '../lambdas/contracts/ports.ts';
export type { AwsCall, ChangeManifest, ObserveManifest, ProviderCall } from '../lambdas/contracts/tool.ts';
export { sdkCommand, type ServiceCommands } from '../lambdas/providers/aws/commands/command.ts';
export { callAws } from '../lambdas/tools/aws/call-aws.ts';
export { environmentOf } from '../lambdas/tools/environment.ts';
export {
  changeTool,
  observeTool,
  type Change,
  type ChangeContext,
  type ChangeSpec,
  type ChangeTool,
  type DryRunFindings,
  type HealthCheck,
  type InProgress,
  type ObserveTool,
  type ToolContext,
} from '../lambdas/tools/tool.ts';
