import { Aws, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { doctorAlarmOf } from '../lambdas/contracts/own-alarms.ts';

/**
 * The alarm that `checkrein doctor` raises, to test the way of an alarm. Its metric never has data, so nothing else
 * raises it, and it has no actions. By its name Open knows it as Checkrein's own, so no agent takes it.
 */
export class DoctorAlarm extends Alarm {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      alarmName: doctorAlarmOf(Aws.STACK_NAME),
      alarmDescription:
        'Nothing is wrong: somebody ran checkrein doctor. See docs/operator-runbook.md#the-alarm-of-the-doctor',
      metric: new Metric({
        namespace: 'Checkrein',
        metricName: 'NeverPublished',
        dimensionsMap: { Stack: Aws.STACK_NAME },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
