import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import type { Command } from './command.ts';
import { autoscaling } from './services/autoscaling.ts';
import { cloudtrail } from './services/cloudtrail.ts';
import { cloudwatch } from './services/cloudwatch.ts';
import { ec2 } from './services/ec2.ts';
import { logs } from './services/logs.ts';
import { pricing } from './services/pricing.ts';

/** Every simulated command, by service. A service without any is answered by the world file. */
const SERVICE_COMMANDS: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  ec2,
  autoscaling,
  cloudwatch,
  logs,
  cloudtrail,
  pricing,
};

const THROTTLES: Readonly<Record<string, string>> = {
  ec2: 'RequestLimitExceeded',
  autoscaling: 'Throttling',
  cloudwatch: 'Throttling',
};

/** A service's error code for a throttled call. */
export const throttleOf = (service: string): string => THROTTLES[service] ?? 'ThrottlingException';

/** The simulator's command for a request; undefined if it has none. */
export const simulatedCommandOf = ({ service, command }: CloudRequest): Command | undefined => {
  const commands = SERVICE_COMMANDS[service] ?? {};
  return Object.hasOwn(commands, command) ? commands[command] : undefined;
};
