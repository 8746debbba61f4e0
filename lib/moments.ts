import { Aws, Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../lambdas/contracts/approval-waiting.ts';
import { FAMILY } from '../lambdas/contracts/ledger-keys.ts';
import { MOMENT_LOST } from '../lambdas/contracts/moment.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { TOLD_KINDS } from '../lambdas/contracts/told-events.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { LedgerTable } from './ledger.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

export interface MomentStreamProps {
  readonly ledger: LedgerTable;
  /** Puts moments on the event bus. */
  readonly moments: CheckreinFunction;
  readonly settings: Settings;
}

/**
 * Hands new trace events that people elsewhere hear of to the function that makes moments of them. The filter of the stream keeps it
 * from being started for all others, which are most, and the large ones.
 */
export class MomentStream extends Construct {
  /** Holds what the function did not get done, and the events that it could not make a moment. */
  readonly undelivered: DeadLetterQueue;

  constructor(scope: Construct, id: string, { ledger, moments, settings }: MomentStreamProps) {
    super(scope, id);
    this.undelivered = new DeadLetterQueue(this, 'Undelivered');
    ledger.feed(moments, 'Ledger', {
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [
        {
          pattern: JSON.stringify({
            eventName: ['INSERT'],
            dynamodb: {
              Keys: { pk: { S: [{ prefix: `${FAMILY.incident}#` }] } },
              NewImage: { kind: { S: TOLD_KINDS } },
            },
          }),
        },
      ],
      batchSize: 100,
      // A burst of many incidents. What is of one incident stays in order.
      parallelizationFactor: 4,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // A record that fails holds up those behind it. Nobody needs to hear of a request that has expired.
      retryAttempts: 30,
      maxRecordAge: Duration.minutes(settings.approval.expireMinutes),
      onFailure: new SqsDlq(this.undelivered),
    });
    const lost = new CfnRule(this, 'Lost', {
      description: 'Trace events that could not be made a moment: a person must look.',
      eventPattern: { source: [EVENT_SOURCE], 'detail-type': [MOMENT_LOST], account: [Aws.ACCOUNT_ID] },
      targets: [{ id: 'queue', arn: this.undelivered.queueArn }],
    });
    this.undelivered.acceptFromRules(lost.attrArn);
  }
}
