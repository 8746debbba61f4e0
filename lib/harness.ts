import { CfnOutput } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { outputDescription } from '../lambdas/contracts/stack-outputs.ts';
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
import { MomentStream } from './moments.ts';
import { removalPolicyOf } from './retention.ts';
import { checkPlace, pathInStack } from './place.ts';
import { denyOwnLogs } from './own-log-groups.ts';
import { keepChangesOut, keepReadsOut } from './own-resources.ts';
import { changeTools, grantedTools } from './tool-grants.ts';
import type { ToolSources } from './own-tools/sources.ts';
import { Rollout } from './rollout.ts';
import { Schedules } from './schedules.ts';
import { SelfMonitoring } from './self-monitoring.ts';
import { Steps } from './steps.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

export interface HarnessProps {
  /** The compiled and validated contents of `config/`. */
  readonly rules: Rules;
  /**
   * The tools that agents may be granted.
   * @internal
   */
  readonly catalogue: Catalogue;
  /**
   * The files of those among them that are a team's own.
   * @internal
   */
  readonly sources: ToolSources;
}

/** Checkrein in one account and Region, from compiled rules. Read it as a table of contents: each construct is a file. */
export class Harness extends Construct {
  readonly rules: Rules;
  /** @internal */
  readonly catalogue: Catalogue;
  /** Where approvers answer. */
  readonly approvalPageUrl: string;
  /** The approval page as a target of a load balancer of yours: `new LambdaTarget(checkrein.approvalPage)`. */
  readonly approvalPage: IFunction;

  constructor(scope: Construct, id: string, props: HarnessProps) {
    super(scope, id);
    applyFeatureFlags(this);
    this.rules = props.rules;
    this.catalogue = props.catalogue;
    const isOther = (one: IConstruct): one is Harness => one instanceof Harness && one !== this;
    checkPlace(this, this.node.root.node.findAll().filter(isOther));
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
    const moments = new MomentStream(this, 'Moments', { ledger, moments: steps.moments, settings });
    const waitingTopic = settings.approvalWaitingTopicArn;
    if (waitingTopic !== undefined) new ApprovalPager(this, 'ApprovalPager', { topicArn: waitingTopic });
    const monitoring = new SelfMonitoring(this, 'SelfMonitoring', {
      steps,
      flow,
      intake,
      moments,
      topicArn: settings.ownAlarmsTopicArn,
    });
    if (settings.rollout === 'canary') new Rollout(this, 'Rollout', { steps, flow, monitoring });

    // Last, when all log groups and functions are there.
    const logGroups = this.node.findAll().filter((one) => one instanceof LogGroup);
    const readers = steps.readers.map(({ executionRole }) => executionRole);
    for (const role of readers) denyOwnLogs(role, logGroups);
    keepReadsOut(this, readers);
    keepChangesOut(this, steps.change, changeTools(grantedTools(rules.agents, props.catalogue)));

    this.output({
      SwitchParameter: killSwitch.parameterName,
      ModelKeySecret: model.secretArn,
      LedgerTable: ledger.tableName,
      SealKey: ledger.sealKeyArn,
      FlowArn: flow.stateMachineArn,
      StartArn: flow.startArn,
      DoctorAlarmName: doctorAlarm.alarmName,
      ApproversTopic: desk.topicArn,
      ReportsTopic: desk.reportsTopicArn,
      ApprovalPage: steps.pageUrl,
      ApprovalPageOrigin: steps.pageOrigin,
    });
    this.approvalPageUrl = steps.pageUrl;
    this.approvalPage = steps.page.live;
  }

  /** What commands need to know of a deployment. They find it by the description. */
  private output(values: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(values))
      if (value !== undefined)
        new CfnOutput(this, name, { value, description: outputDescription(pathInStack(this), name) });
  }
}
