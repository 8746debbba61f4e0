import { contractBroken } from '../../contracts/errors.ts';
import { actionOf } from '../../contracts/tool.ts';
import type { AwsChangeScope } from './change-scope.ts';

type Scope = Pick<AwsChangeScope, 'calls' | 'targetArn' | 'also'>;

/**
 * Statements of a session policy for what a change touches besides its target, and for the role that it passes. Each ARN
 * must be one thing that a pattern of the manifest allows, in the account and Region of the target.
 */
export const alsoTouched = ({ calls, targetArn, also }: Scope): object[] => {
  const { refs = [], role } = also ?? {};
  for (const arn of refs) assertAllowed(arn, patternsOf(calls), targetArn);
  const touching = calls.flatMap((call) => {
    const arns = refs.filter((arn) => (call.touches ?? []).some((pattern) => fits(pattern, arn, targetArn)));
    return arns.length === 0 ? [] : [{ Effect: 'Allow', Action: [actionOf(call)], Resource: arns }];
  });
  return role === undefined ? touching : [...touching, passRole(calls, role, targetArn)];
};

const passRole = (calls: Scope['calls'], role: string, targetArn: string): object => {
  const allowed = calls.flatMap(({ passesRole }) => passesRole ?? []);
  assertAllowed(
    role,
    allowed.map(({ arn }) => arn),
    targetArn,
  );
  const services = allowed.filter(({ arn }) => fits(arn, role, targetArn)).map(({ service }) => service);
  return {
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: role,
    Condition: { StringEquals: { 'iam:PassedToService': [...new Set(services)] } },
  };
};

const patternsOf = (calls: Scope['calls']): string[] => calls.flatMap(({ touches = [] }) => touches);

const assertAllowed = (arn: string, patterns: readonly string[], targetArn: string): void => {
  if (!/^arn:[^:*?]+:[^*?$]+$/.test(arn))
    throw contractBroken(`A change was to touch ${JSON.stringify(arn)}, which is not the ARN of one resource.`);
  if (!patterns.some((pattern) => fits(pattern, arn, targetArn)))
    throw contractBroken(
      `A change was to touch ${arn}, which its manifest does not list (listed: ${patterns.join(', ') || 'none'}).`,
    );
};

/** Whether an ARN fits a pattern of a manifest, with the placeholders filled in from the target. */
const fits = (pattern: string, arn: string, targetArn: string): boolean => {
  const [, partition = '', , region = '', account = ''] = targetArn.split(':');
  const filled = pattern
    .replace(/^arn:aws:/, `arn:${partition}:`)
    .replaceAll('${region}', region)
    .replaceAll('${account}', account);
  return new RegExp(`^${filled.split('*').map(escaped).join('.*')}$`).test(arn);
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
