import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { MemberRole } from '../lambdas/contracts/role-names.ts';
import { regionalRoleName, type Members } from './members.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** ARN of a role in a member account. */
const memberRoleArn = (account: string, role: MemberRole): string =>
  `arn:${Aws.PARTITION}:iam::${account}:role/${regionalRoleName(role)}`;

/**
 * Lets a function assume a role in the listed member accounts only. `MemberStack` decides what that role may do.
 * The source identity is the incident id, so the member's CloudTrail shows it on every call.
 */
export const grantMemberRole = ({ accounts }: Members, step: CheckreinFunction, role: MemberRole): void => {
  step.addToRolePolicy(
    new PolicyStatement({
      actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      resources: accounts.map((account) => memberRoleArn(account, role)),
    }),
  );
  step.setEnv(role === 'read' ? 'memberReadRole' : 'memberChangeRole', memberRoleArn('${account}', role));
};
