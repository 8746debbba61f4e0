import { Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  LogLevel,
  StateMachine,
  Succeed,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { type NEXT, STATE_OF, type StepName } from '../lambdas/contracts/flow.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';
import { retry, type RetryPolicy } from './flow-retries.ts';
import { LIVE_ALIAS, FlowAlias } from './flow-alias.ts';
import { ownFlowLogGroup } from './own-log-groups.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import type { Steps } from './steps.ts';

export interface IncidentFlowProps {
  readonly steps: Steps;
  readonly settings: Settings;
}

/** The state machine. One execution is one incident. */
export class IncidentFlow extends Construct {
  readonly stateMachine: StateMachine;
  /** Alias of the version in use. Undefined without a canary rollout. */
  readonly alias: FlowAlias | undefined;
  private readonly role: Role;

  constructor(scope: Construct, id: string, { steps, settings }: IncidentFlowProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const state = JsonPath.entirePayload;

    const open = this.task('open', steps.open, 'uncaught', {
      event: JsonPath.objectAt('$.event'),
      execution: JsonPath.executionName,
    });
    const decide = this.task('decide', steps.decide, 'model');
    const observe = this.task('observe', steps.observe);
    const authorize = this.task('authorize', steps.authorize);
    const dryRun = this.task('dry-run', steps.changeZone, 'ordinary', { step: 'dry-run', state });
    const approve = this.ask(steps.ask, settings.approval.remindMinutes);
    const apply = this.task('apply', steps.changeZone, 'reconciling', { step: 'apply', state, waits: true });
    const applyInProgress = this.wait('ApplyInProgress');
    const stabilize = this.wait('Stabilize');
    const verify = this.task('verify', steps.verify);
    const rollback = this.task('rollback', steps.changeZone, 'reconciling', { step: 'rollback', state, waits: true });
    const rollbackInProgress = this.wait('RollbackInProgress');
    const close = this.task('close', steps.close, 'uncaught');
    const done = new Succeed(this, 'Done');

    this.route('open', open, { observe, decide, close, done });
    this.route('decide', decide, { observe, authorize, decide, close });
    this.route('observe', observe, { decide });
    this.route('authorize', authorize, { 'dry-run': dryRun, approve, apply, decide });
    this.route('dry-run', dryRun, { decide });
    this.route('approve', approve, { apply, decide });
    this.route('apply', apply, { verify: stabilize, decide, apply: applyInProgress });
    applyInProgress.next(apply);
    stabilize.next(verify);
    this.route('verify', verify, { verify: stabilize, rollback, decide });
    this.route('rollback', rollback, { decide, close, rollback: rollbackInProgress });
    rollbackInProgress.next(rollback);
    this.route('close', close, { decide, done });

    // Nobody answered in time: invoke Ask again. It compares the clock with the deadline, and reminds or expires.
    approve.addCatch(approve, { errors: [Errors.TIMEOUT], resultPath: '$.timeout' });
    // An incident never just stops. Errors of Open and Close are not caught: the execution fails, and
    // SelfMonitoring closes the incident by its execution name.
    for (const step of [decide, observe, authorize, dryRun, approve, apply, verify, rollback]) {
      step.addCatch(close, { errors: [Errors.ALL], resultPath: '$.error' });
    }

    this.stateMachine = this.machine(open, settings);
    if (settings.rollout === 'canary') this.alias = new FlowAlias(this, 'Live', this.stateMachine);
    this.grantAnswer(steps.ask, ...steps.answering);
  }

  get stateMachineArn(): string {
    return this.stateMachine.stateMachineArn;
  }

  /** ARN to start: the alias if there is one, else the state machine. */
  get startArn(): string {
    return this.alias?.arn ?? this.stateMachineArn;
  }

  /** Lets a role start executions, only through the alias if there is one. */
  grantStart(role: Role): void {
    // Step Functions authorizes on the ARN of the state machine and passes the alias as a condition key, which may have
    // several values.
    const conditions = this.alias
      ? { 'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': [LIVE_ALIAS] } }
      : {};
    role.addToPolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachineArn], conditions }),
    );
  }

  /** A state that invokes a function and waits for the result, which becomes the new state document. */
  private task(
    step: StepName,
    lambdaFunction: CheckreinFunction,
    retries: RetryPolicy = 'ordinary',
    payload?: Record<string, unknown>,
  ): LambdaInvoke {
    const task = LambdaInvoke.jsonPath(this, STATE_OF[step], {
      lambdaFunction: lambdaFunction.live,
      ...(payload ? { payload: TaskInput.fromObject(payload) } : {}),
      outputPath: '$.Payload',
      // Longer than the function's own timeout, so the function's error is the one that is reported.
      taskTimeout: Timeout.duration(lambdaFunction.maxDuration.plus(Duration.seconds(30))),
      retryOnServiceExceptions: false,
    });
    return retry(task, retries);
  }

  /** A state that waits as long as the step before it says. It costs a transition, and no function runs. */
  private wait(name: string): Wait {
    return new Wait(this, name, { time: WaitTime.secondsPath('$.waitSeconds') });
  }

  /** A state that asks approvers and waits until somebody resumes it by its task token. */
  private ask(lambdaFunction: CheckreinFunction, remindMinutes: number): LambdaInvoke {
    const task = LambdaInvoke.jsonPath(this, STATE_OF.approve, {
      lambdaFunction: lambdaFunction.live,
      integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      payload: TaskInput.fromObject({ state: JsonPath.entirePayload, taskToken: JsonPath.taskToken }),
      taskTimeout: Timeout.duration(Duration.minutes(remindMinutes)),
      retryOnServiceExceptions: false,
    });
    return retry(task, 'ordinary');
  }

  /**
   * Routes from a step to the state that its result names in `next`. The compiler checks that every name in `NEXT` has
   * a target. There is no default: at a choice, a result with any other name fails the execution.
   */
  private route<S extends StepName>(
    step: S,
    from: LambdaInvoke,
    to: Readonly<Record<(typeof NEXT)[S][number], IChainable>>,
  ): void {
    const targets = Object.entries<IChainable>(to);
    const [only] = targets;
    if (only && targets.length === 1) {
      from.next(only[1]);
      return;
    }
    const choice = new Choice(this, `After${STATE_OF[step]}`);
    for (const [next, target] of targets) choice.when(Condition.stringEquals('$.next', next), target);
    from.next(choice);
  }

  private machine(start: IChainable, settings: Settings): StateMachine {
    const logs = ownFlowLogGroup(this, 'Logs', settings);
    acknowledgeWildcard(this.role, '*', 'Log delivery and X-Ray actions have no resource-level permissions.');
    return new StateMachine(this, 'StateMachine', {
      role: this.role,
      definitionBody: DefinitionBody.fromChainable(start),
      timeout: Duration.hours(24),
      tracingEnabled: true,
      // Execution data contains task tokens, and anyone who has one can answer for an approver.
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
  }

  /**
   * Lets functions resume an execution that waits in Approve, on any version: Step Functions authorizes on the ARN of
   * the state machine. This is a separate policy because in a role's default policy it would make a dependency cycle
   * between the functions and the state machine.
   */
  private grantAnswer(...steps: CheckreinFunction[]): void {
    new Policy(this, 'AnswerApprovals', {
      statements: [new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: [this.stateMachineArn] })],
      roles: steps.map((step) => step.executionRole),
    });
  }
}
