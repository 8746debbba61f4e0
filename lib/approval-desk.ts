import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionFilter, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EVERYONE } from '../lambdas/contracts/audience.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

export interface ApprovalDeskProps {
  readonly approvers: Settings['approvers'];
  readonly encryptionKey: IKey;
  readonly removalPolicy: RemovalPolicy;
  /** Whether some policy can permit a change without a person. */
  readonly unattended: boolean;
}

/**
 * The topic that asks people, and the MAC keys of an approval. They are separate, so the function that asks cannot
 * answer, and the function that takes answers cannot change anything. A *link* proves who was asked, a *grant* what was
 * approved. Grants that policies give have a key of their own, which exists only if a policy can permit a change without
 * a person: so the function that asks policy cannot make up the approval of a person.
 */
export class ApprovalDesk extends Construct {
  private readonly topic: Topic;
  private readonly encryptionKey: IKey;
  private readonly linkKey: Key;
  private readonly grantKey: Key;
  private readonly unattendedKey: Key | undefined;

  constructor(scope: Construct, id: string, props: ApprovalDeskProps) {
    super(scope, id);
    const { approvers, encryptionKey, removalPolicy, unattended } = props;
    this.encryptionKey = encryptionKey;
    this.topic = new Topic(this, 'Topic', { masterKey: encryptionKey, enforceSSL: true });
    for (const { email } of approvers) {
      new Subscription(this, `To-${email}`, {
        topic: this.topic,
        protocol: SubscriptionProtocol.EMAIL,
        endpoint: email,
        // A link is for one approver, so it must not reach the mailbox of another.
        filterPolicy: { audience: SubscriptionFilter.stringFilter({ allowlist: [email, EVERYONE] }) },
      });
    }
    const mac = { keySpec: KeySpec.HMAC_256, keyUsage: KeyUsage.GENERATE_VERIFY_MAC, removalPolicy };
    this.linkKey = new Key(this, 'LinkKey', { ...mac, description: 'Authenticates approval links of Checkrein.' });
    this.grantKey = new Key(this, 'GrantKey', { ...mac, description: 'Authenticates grants of Checkrein.' });
    const description = 'Authenticates grants of Checkrein for changes that policy permits without a person.';
    if (unattended) this.unattendedKey = new Key(this, 'UnattendedKey', { ...mac, description });
  }

  get topicArn(): string {
    return this.topic.topicArn;
  }

  /** Lets a function send messages to people. */
  grantNotify(step: CheckreinFunction): void {
    step.setEnv('topic', this.topic.topicArn);
    step.addToRolePolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }));
    step.addToRolePolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sns.${Aws.REGION}.amazonaws.com` } },
      }),
    );
  }

  /** Lets a function sign links, not verify them. */
  grantSignLink(step: CheckreinFunction): void {
    this.allow(step, 'kms:GenerateMac', 'linkKey');
  }

  /** Lets a function verify links, not sign them. */
  grantVerifyLink(step: CheckreinFunction): void {
    this.allow(step, 'kms:VerifyMac', 'linkKey');
  }

  /** Lets a function issue grants that people approved, not redeem them. */
  grantIssue(step: CheckreinFunction): void {
    this.allow(step, 'kms:GenerateMac', 'grantKey');
  }

  /** Lets a function issue grants of policies, not redeem them. Does nothing if no policy can give one. */
  grantIssueUnattended(step: CheckreinFunction): void {
    this.allow(step, 'kms:GenerateMac', 'unattendedKey');
  }

  /** Lets a function redeem grants of both kinds, not issue them. */
  grantRedeem(step: CheckreinFunction): void {
    this.allow(step, 'kms:VerifyMac', 'grantKey');
    this.allow(step, 'kms:VerifyMac', 'unattendedKey');
  }

  private allow(step: CheckreinFunction, action: string, key: 'linkKey' | 'grantKey' | 'unattendedKey'): void {
    const keyArn = this[key]?.keyArn;
    if (keyArn === undefined) return;
    step.setEnv(key, keyArn);
    step.addToRolePolicy(
      new PolicyStatement({
        actions: [action],
        resources: [keyArn],
        conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
      }),
    );
  }
}
