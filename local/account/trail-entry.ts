import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import type { TrailEntry } from './state.ts';

/** CloudTrail's event of a change that was made here. */
export const trailEntry = (
  principal: string,
  { service, command, input }: CloudRequest,
  arns: readonly string[],
  at: number,
): TrailEntry => ({
  at,
  event: command,
  source: `${service}.amazonaws.com`,
  user: principal.split('/').at(-1) ?? principal,
  resources: arns.map((arn) => ({ type: RESOURCE_TYPES[service] ?? '', name: resourceName(arn) })),
  request: input,
});

/** The name of a resource without its type: of `instance/i-1`, `log-group:/app` or `autoScalingGroup:*:autoScalingGroupName/web`. */
const resourceName = (arn: string): string =>
  arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^(autoScalingGroup:[^:]*:)?[\w-]+[:/]/, '');

/** CloudTrail's resource types of mutating commands. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  ec2: 'AWS::EC2::Instance',
  autoscaling: 'AWS::AutoScaling::AutoScalingGroup',
};
