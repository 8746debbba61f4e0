import type { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../lambdas/contracts/settings.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import { grantPublish, subscribeApprovers } from './mail-topic.ts';

export interface ApprovalDeskProps {
  readonly approvers: Settings['approvers'];
  readonly encryptionKey: IKey;
  readonly removalPolicy: RemovalPolicy;
  /** Whether some policy can permit a change without a person. */
  readonly unattended: boolean;
}

/**
 * The topics of messages to people, and the MAC keys of an approval. They are separate, so the function that asks cannot
 * answer, and the function that takes answers cannot change anything. A *link* proves who was asked, a *grant* what was
 * approved. Reports have a topic of their own: SNS suspends a subscription that gets more than 10 messages a second, and a
 * storm of reports must not keep anybody from being asked. Grants that policies give have a key of their own, which exists only if a policy can permit a change without
 * a person: so the function that asks policy cannot make up the approval of a person.
 */
export class ApprovalDesk extends Construct {
  /** Messages that must not wait. Its logical id stays, because approvers have confirmed subscriptions to it. */
  private readonly topic: Topic;
  private readonly reports: Topic;
  private readonly encryptionKey: IKey;
  private readonly linkKey: Key;
  private readonly grantKey: Key;
  private readonly unattendedKey: Key | undefined;

  constructor(scope: Construct, id: string, props: ApprovalDeskProps) {
    super(scope, id);
    const { approvers, encryptionKey, removalPolicy, unattended } = props;
    this.encryptionKey = encryptionKey;
    this.topic = new Topic(this, 'Topic', { masterKey: encryptionKey, enforceSSL: true });
    subscribeApprovers(this, this.topic, approvers, 'To-');
    this.reports = new Topic(this, 'Reports', { masterKey: encryptionKey, enforceSSL: true });
    subscribeApprovers(this, this.reports, approvers, 'Reports-');
    const mac = { keySpec: KeySpec.HMAC_256, keyUsage: KeyUsage.GENERATE_VERIFY_MAC, removalPolicy };
    this.linkKey = new Key(this, 'LinkKey', { ...mac, description: 'Authenticates approval links of Checkrein.' });
    this.grantKey = new Key(this, 'GrantKey', { ...mac, description: 'Authenticates grants of Checkrein.' });
    const description = 'Authenticates grants of Checkrein for changes that policy permits without a person.';
    if (unattended) this.unattendedKey = new Key(this, 'UnattendedKey', { ...mac, description });
  }

  get topicArn(): string {
    return this.topic.topicArn;
  }

  get reportsTopicArn(): string {
    return this.reports.topicArn;
  }

  /** Lets a function send people messages that must not wait. */
  grantNotify(step: CheckreinFunction): void {
    step.setEnv('topic', this.topic.topicArn);
    grantPublish(step, this.topic, this.encryptionKey);
  }

  /** Lets a function send people reports. */
  grantReport(step: CheckreinFunction): void {
    step.setEnv('reportsTopic', this.reports.topicArn);
    grantPublish(step, this.reports, this.encryptionKey);
  }

  /** Lets a function list who is subscribed. */
  grantListSubscriptions(step: CheckreinFunction): void {
    step.setEnv('topic', this.topic.topicArn);
    step.setEnv('reportsTopic', this.reports.topicArn);
    const resources = [this.topic.topicArn, this.reports.topicArn];
    step.addToRolePolicy(new PolicyStatement({ actions: ['sns:ListSubscriptionsByTopic'], resources }));
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
