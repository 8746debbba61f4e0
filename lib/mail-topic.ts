import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionFilter, SubscriptionProtocol, type Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { EVERYONE } from '../lambdas/contracts/audience.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** Subscribes the mailbox of each approver. */
export const subscribeApprovers = (
  scope: Construct,
  topic: Topic,
  approvers: Settings['approvers'],
  prefix: string,
): void => {
  for (const { email } of approvers.map(({ contacts }) => contacts))
    new Subscription(scope, `${prefix}${email}`, {
      topic,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint: email,
      // A link is for one approver, so it must not reach the mailbox of another.
      filterPolicy: { audience: SubscriptionFilter.stringFilter({ allowlist: [email, EVERYONE] }) },
    });
};

/** Lets a function publish on a topic that is encrypted with this key. */
export const grantPublish = (step: CheckreinFunction, topic: Topic, key: IKey): void => {
  step.addToRolePolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn] }));
  step.addToRolePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `sns.${Aws.REGION}.amazonaws.com` } },
    }),
  );
};
