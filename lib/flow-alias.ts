import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnStateMachineAlias, CfnStateMachineVersion, type StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** Name of the alias that points to the version in use, for each function and the state machine. */
export const LIVE_ALIAS = 'live';

/**
 * The alias of the state machine that new incidents start on. A running incident keeps the definition it started
 * with, even after that version is deleted.
 */
export class FlowAlias extends Construct {
  private readonly version: CfnStateMachineVersion;
  private readonly alias: CfnStateMachineAlias;

  constructor(scope: Construct, id: string, stateMachine: StateMachine) {
    super(scope, id);
    this.version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: stateMachine.stateMachineArn,
      // A new revision makes a new version.
      stateMachineRevisionId: stateMachine.stateMachineRevisionId,
    });
    this.alias = new CfnStateMachineAlias(this, 'Alias', { name: LIVE_ALIAS });
    this.shiftTraffic([]);
  }

  /** The ARN to start. */
  get arn(): string {
    return this.alias.ref;
  }

  /** Starts a tenth of the incidents on a new version for five minutes, then all. Rolls back if one of the alarms goes off. */
  shiftTraffic(alarms: readonly IAlarm[]): void {
    this.alias.deploymentPreference = {
      stateMachineVersionArn: this.version.ref,
      type: 'CANARY',
      percentage: 10,
      interval: 5,
      alarms: alarms.map((alarm) => alarm.alarmName),
    };
  }
}
