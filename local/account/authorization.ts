import { actionOf, type AwsCall } from '../../lambdas/contracts/tool.ts';
import { sha256 } from '../../lambdas/kernel/trace/canonical.ts';
import { CloudError } from '../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';

/** What a session may do: the listed calls, and on one resource if the call supports resource-level permissions. */
export interface SimulatedSession {
  /** The assumed-role ARN. */
  readonly principal: string;
  readonly step: string;
  readonly calls: readonly AwsCall[] | 'any';
  readonly targetArn?: string;
}

/** Refuses, as AWS does, a call that the session may not make, or not on one of its resources. */
export const authorizeCall = (session: SimulatedSession, request: CloudRequest, resources: readonly string[]): void => {
  if (session.calls === 'any') return;
  const listed = session.calls.filter((call) => call.service === request.service && call.command === request.command);
  const [first] = listed;
  const action = first === undefined ? `${request.service}:${request.command}` : actionOf(first);
  if (first === undefined) throw denied(session, request, action, resources[0]);
  if (listed.some((call) => call.scope !== 'target')) return;
  const outside = resources.find((arn) => !covers(session.targetArn ?? '', arn));
  if (outside !== undefined) throw denied(session, request, action, outside);
};

/** AWS's wildcards: `*` is anything, `?` one character. */
const covers = (pattern: string, arn: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  ).test(arn);

const denied = (session: SimulatedSession, request: CloudRequest, action: string, resource = '*'): CloudError => {
  const says = `User: ${session.principal} is not authorized to perform: ${action} on resource: ${resource} because no session policy allows the ${action} action`;
  return refusal(request.service, says);
};

/** An IAM refusal as each service reports it. EC2 encodes the details. */
export const refusal = (service: CloudRequest['service'], says: string): CloudError => {
  if (service === 'ec2')
    return new CloudError(
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. ${says}. Encoded authorization failure message: ${encoded(says)}`,
    );
  const code = service === 'autoscaling' || service === 'cloudwatch' ? 'AccessDenied' : 'AccessDeniedException';
  return new CloudError(code, says);
};

/** Looks like the input of sts:DecodeAuthorizationMessage. */
const encoded = (says: string): string =>
  Array.from({ length: 4 }, (_, n) => Buffer.from(sha256(`${n}${says}`), 'hex').toString('base64url')).join('');
