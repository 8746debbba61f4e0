import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { takingAgents } from '../lambdas/kernel/policy/rules/clusters.ts';
import { canApplyUnattended } from '../lambdas/kernel/policy/rules/unattended-permits.ts';
import { AlarmIntake } from './alarm-intake.ts';
import { ApprovalDesk } from './approval-desk.ts';
import { ApprovalPager } from './approval-events.ts';
import { DoctorAlarm } from './doctor-alarm.ts';
import { applyOrganizationDefaults } from './organization-defaults.ts';
import { IncidentFlow } from './incident-flow.ts';
import { KillSwitch } from './kill-switch.ts';
import { LedgerTable } from './ledger.ts';
import { MemberIntake } from './members.ts';
import { modelAccess } from './model-access.ts';
import { removalPolicyOf } from './retention.ts';
import { checkStackName, denyOwnLogs } from './own-log-groups.ts';
import { Rollout } from './rollout.ts';
import { Schedules } from './schedules.ts';
import { SelfMonitoring } from './self-monitoring.ts';
import { Steps } from './steps.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

export interface CheckreinStackProps extends StackProps {
  /** The compiled and validated contents of `config/`. */
  readonly rules: Rules;
  /** The tools that agents may be granted. */
  readonly catalogue: Catalogue;
}

/** Checkrein in one account and Region. Read it as a table of contents: each construct is a file. */
export class CheckreinStack extends Stack {
  constructor(scope: Construct, id: string, props: CheckreinStackProps) {
    super(scope, id, props);
    checkStackName(this);
    const { rules } = props;
    const { settings } = rules;
    // An agent for a cluster that the settings do not have takes nothing, so it gets no rule.
    const agents = takingAgents(rules);
    const removalPolicy = removalPolicyOf(settings);

    applyOrganizationDefaults(this, settings);
    const killSwitch = new KillSwitch(this, 'KillSwitch', { initial: settings.initialSwitch });
    const model = modelAccess(this, rules);
    const ledger = new LedgerTable(this, 'Ledger', { removalPolicy, keyArn: settings.encryptionKeyArn });
    const desk = new ApprovalDesk(this, 'ApprovalDesk', {
      approvers: settings.approvers,
      encryptionKey: ledger.key,
      removalPolicy,
      unattended: canApplyUnattended(rules),
    });
    const steps = new Steps(this, 'Steps', { rules, catalogue: props.catalogue, killSwitch, model, ledger, desk });
    const flow = new IncidentFlow(this, 'IncidentFlow', { steps, settings });
    const doctorAlarm = new DoctorAlarm(this, 'DoctorAlarm');
    steps.open.setEnv('doctorAlarm', doctorAlarm.alarmArn);
    const intake = new AlarmIntake(this, 'AlarmIntake', { agents, flow, doctorAlarm });
    if (settings.members) new MemberIntake(this, 'MemberIntake', { members: settings.members, agents });
    new Schedules(this, 'Schedules', steps);
    const waitingTopic = settings.approvalWaitingTopicArn;
    if (waitingTopic !== undefined) new ApprovalPager(this, 'ApprovalPager', { topicArn: waitingTopic });
    const monitoring = new SelfMonitoring(this, 'SelfMonitoring', {
      steps,
      flow,
      intake,
      topicArn: settings.ownAlarmsTopicArn,
    });
    if (settings.rollout === 'canary') new Rollout(this, 'Rollout', { steps, flow, monitoring });

    // Last, when all log groups are there.
    for (const step of steps.readers) denyOwnLogs(step.executionRole);

    new CfnOutput(this, 'SwitchParameter', { value: killSwitch.parameterName });
    if (model.secretArn !== undefined) new CfnOutput(this, 'ModelKeySecret', { value: model.secretArn });
    new CfnOutput(this, 'LedgerTable', { value: ledger.tableName });
    new CfnOutput(this, 'SealKey', { value: ledger.sealKeyArn });
    new CfnOutput(this, 'FlowArn', { value: flow.stateMachineArn });
    new CfnOutput(this, 'StartArn', { value: flow.startArn });
    new CfnOutput(this, 'DoctorAlarmName', { value: doctorAlarm.alarmName });
    new CfnOutput(this, 'ApproversTopic', { value: desk.topicArn });
    new CfnOutput(this, 'ReportsTopic', { value: desk.reportsTopicArn });
    new CfnOutput(this, 'ApprovalPage', { value: steps.pageUrl });
  }
}
