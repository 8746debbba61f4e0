import { ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { SentNotifier } from '../lambdas/contracts/notifiers.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';

export interface NotifierQueueProps {
  readonly notifier: SentNotifier;
  readonly sender: CheckreinFunction;
  readonly undelivered: DeadLetterQueue;
  readonly expireMinutes: number;
}

/** Moments wait so long for others, so that many become one message. */
const WINDOW = Duration.seconds(10);
/** How long a message is out of the queue while its batch is sent, and so the time between two attempts. */
const BETWEEN_ATTEMPTS = Duration.minutes(2);
/** Moments in one batch: what one message can tell of. */
const BATCH = 500;

/** The queue before a function that sends to a notifier. Moments that came together are one batch. */
export class NotifierQueue extends Construct {
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, { notifier, sender, undelivered, expireMinutes }: NotifierQueueProps) {
    super(scope, id);
    const attempts = Math.floor((expireMinutes * 60) / BETWEEN_ATTEMPTS.toSeconds());
    this.queue = new Queue(this, 'Moments', {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      visibilityTimeout: BETWEEN_ATTEMPTS,
      retentionPeriod: Duration.days(4),
      // As often as fits into the life of an approval; a second attempt in any case.
      deadLetterQueue: { queue: undelivered, maxReceiveCount: Math.min(1000, Math.max(2, attempts)) },
    });
    sender.setEnv('notifier', notifier.name);
    for (const statement of rightsOf(this, notifier)) sender.addToRolePolicy(statement);
    this.feed(sender);
    new MetricFilter(this, 'TooLate', {
      logGroup: sender.logGroup,
      filterPattern: FilterPattern.stringValue('$.outcome', '=', 'too late'),
      metricNamespace: 'Checkrein',
      metricName: `RequestsTooLate-${notifier.name}`,
    });
  }

  get queueArn(): string {
    return this.queue.queueArn;
  }

  /** Lets EventBridge put the events of a rule here. */
  acceptFrom(rule: CfnRule): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
  }

  private feed(sender: CheckreinFunction): void {
    sender.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        resources: [this.queue.queueArn],
      }),
    );
    const mapping = new EventSourceMapping(this, 'Batches', {
      target: sender.live,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH,
      maxBatchingWindow: WINDOW,
      // The least that Lambda allows: two batches at once may both send a moment that came twice.
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    mapping.node.addDependency(sender.executionRole);
  }
}

/** What the function may do at the other side: read its secret, or publish on its topic. Nothing else. */
const rightsOf = (scope: Construct, notifier: SentNotifier): PolicyStatement[] => {
  const isChat = notifier.kind === 'chat';
  const use = isChat
    ? new PolicyStatement({ actions: ['sns:Publish'], resources: [notifier.topicArn] })
    : new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [secretArn(scope, notifier.secret)],
      });
  if (notifier.keyArn === undefined) return [use];
  const by = isChat ? 'sns' : 'secretsmanager';
  const key = new PolicyStatement({
    actions: isChat ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
    resources: [notifier.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${by}.${Aws.REGION}.amazonaws.com` } },
  });
  return [use, key];
};

/** Secrets Manager adds a dash and six characters to a name. */
const secretArn = (scope: Construct, secret: string): string =>
  secret.startsWith('arn:')
    ? secret
    : Stack.of(scope).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${secret}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
