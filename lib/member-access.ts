import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { MemberRole } from '../lambdas/contracts/role-names.ts';
import { callerName, type Members } from './members.ts';
import type { StepFunction } from './step-function.ts';

/** ARN of a role in a member account. */
const roleIn = (account: string, role: MemberRole): string =>
  `arn:${Aws.PARTITION}:iam::${account}:role/${callerName(role)}`;

/**
 * Lets a function take a role in the listed accounts, and in no other. What the role may do is up to the member:
 * see `MemberStack`. The source identity is the incident, so CloudTrail there names it on every call.
 */
export const letInto = ({ accounts }: Members, step: StepFunction, role: MemberRole): void => {
  step.addToRolePolicy(
    new PolicyStatement({
      actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      resources: accounts.map((account) => roleIn(account, role)),
    }),
  );
  step.knows(role === 'read' ? 'memberReadRole' : 'memberChangeRole', roleIn('${account}', role));
};
