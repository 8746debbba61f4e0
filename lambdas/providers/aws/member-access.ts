import type { LambdaRuntime } from '../../runtime/serve.ts';

/** The role of the member accounts, which trusts the hub under an external id. */
export interface MemberAccess {
  readonly accounts: readonly string[];
  readonly externalId: string;
  /** Its ARN, in which `${account}` stands for the account id. */
  readonly roleArn: string;
}

/** The member role that this function may assume; undefined when the deployment has no members. */
export const memberAccess = (
  name: 'memberReadRole' | 'memberChangeRole',
  { env, rules }: LambdaRuntime,
): MemberAccess | undefined => rules.settings.members && { ...rules.settings.members, roleArn: env(name) };
