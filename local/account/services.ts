import { isService, type Service } from '../../lambdas/contracts/tool.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import type { Command } from './command.ts';
import { autoscaling } from './services/autoscaling.ts';
import { cloudtrail } from './services/cloudtrail.ts';
import { cloudwatch } from './services/cloudwatch.ts';
import { ec2 } from './services/ec2.ts';
import { logs } from './services/logs.ts';
import { pricing } from './services/pricing.ts';

/** Every simulated command, by service. */
const SERVICE_COMMANDS: Readonly<Record<Service, Readonly<Record<string, Command>>>> = {
  ec2,
  autoscaling,
  cloudwatch,
  logs,
  cloudtrail,
  pricing,
  // No simulation of its own: a world that has builds says what CodeBuild answers.
  codebuild: {},
};

/** Each service's error code for a throttled call. */
const THROTTLES = {
  ec2: 'RequestLimitExceeded',
  autoscaling: 'Throttling',
  cloudwatch: 'Throttling',
  logs: 'ThrottlingException',
  cloudtrail: 'ThrottlingException',
  pricing: 'ThrottlingException',
  codebuild: 'ThrottlingException',
} as const satisfies Record<Service, string>;

/** The code of a throttled call of a service. */
export const throttleOf = (service: string): string => (isService(service) ? THROTTLES[service] : 'Throttling');

/** The command of a request. Throws if it is not simulated. */
export const commandOf = ({ service, command }: CloudRequest): Command => {
  const commands = isService(service) ? SERVICE_COMMANDS[service] : {};
  const found = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (found !== undefined) return found;
  throw new InputError(
    'simulated account',
    `${service} has no command ${command} here`,
    `one of ${Object.keys(commands).join(', ')}`,
  );
};
