import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { takingAgents } from '../lambdas/kernel/policy/rules/clusters.ts';
import { canApplyUnattended } from '../lambdas/kernel/policy/rules/unattended-permits.ts';
import { AlarmIntake } from './alarm-intake.ts';
import { ApprovalDesk } from './approval-desk.ts';
import { ApprovalPager } from './approval-events.ts';
import { applyFeatureFlags } from './feature-flags.ts';
import { DoctorAlarm } from './doctor-alarm.ts';
import { applyOrganizationDefaults } from './organization-defaults.ts';
import { IncidentFlow } from './incident-flow.ts';
import { KillSwitch } from './kill-switch.ts';
import { LedgerTable } from './ledger.ts';
import { MemberIntake } from './members.ts';
import { modelAccess } from './model-access.ts';
import { removalPolicyOf } from './retention.ts';
import { checkStackName, denyOwnLogs } from './own-log-groups.ts';
import type { ToolSources } from './own-tools/sources.ts';
import { Rollout } from './rollout.ts';
import { Schedules } from './schedules.ts';
import { SelfMonitoring } from './self-monitoring.ts';
import { Steps } from './steps.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

export interface HarnessProps {
  /** The compiled and validated contents of `config/`. */
  readonly rules: Rules;
  /** The tools that agents may be granted. */
  readonly catalogue: Catalogue;
  /** The files of those among them that are a team's own. */
  readonly sources: ToolSources;
}

/** Checkrein in one account and Region, from compiled rules. Read it as a table of contents: each construct is a file. */
export class Harness extends Construct {
  readonly rules: Rules;
  readonly catalogue: Catalogue;
  /** Where approvers answer. */
  readonly approvalPageUrl: string;

  constructor(scope: Construct, id: string, props: HarnessProps) {
    super(scope, id);
    applyFeatureFlags(this);
    checkStack(this);
    this.rules = props.rules;
    this.catalogue = props.catalogue;
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
    const steps = new Steps(this, 'Steps', { ...props, killSwitch, model, ledger, desk });
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
    this.approvalPageUrl = steps.pageUrl;
  }
}

/** Resources and alarms are named after the stack, so it has one Checkrein. */
const checkStack = (harness: Harness): void => {
  const stack = Stack.of(harness);
  checkStackName(stack);
  const others = stack.node.findAll().filter((one) => one instanceof Harness && one !== harness);
  if (others.length > 0)
    throw new InputError(
      `the construct ${harness.node.path}`,
      `the stack ${stack.stackName} has a Checkrein already: ${others.map(({ node }) => node.path).join(', ')}`,
      'a stack of its own for each',
    );
};
