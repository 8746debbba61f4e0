import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnStateMachineAlias, CfnStateMachineVersion, type StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** Alias of whatever is in use: of each function, and of the state machine. */
export const LIVE = 'live';

/**
 * The version of the state machine that new incidents start on. An incident that runs keeps the definition
 * that it started with, also after its version is gone.
 */
export class LiveFlow extends Construct {
  private readonly version: CfnStateMachineVersion;
  private readonly alias: CfnStateMachineAlias;

  constructor(scope: Construct, id: string, stateMachine: StateMachine) {
    super(scope, id);
    this.version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: stateMachine.stateMachineArn,
      // Another revision is another version.
      stateMachineRevisionId: stateMachine.stateMachineRevisionId,
    });
    this.alias = new CfnStateMachineAlias(this, 'Alias', { name: LIVE });
    this.shift([]);
  }

  /** The alias, which is what to start. */
  get arn(): string {
    return this.alias.ref;
  }

  /** Starts a tenth of the incidents on a new version for five minutes, then all; none if one of these speaks. */
  shift(watchedBy: readonly IAlarm[]): void {
    this.alias.deploymentPreference = {
      stateMachineVersionArn: this.version.ref,
      type: 'CANARY',
      percentage: 10,
      interval: 5,
      alarms: watchedBy.map((alarm) => alarm.alarmName),
    };
  }
}
