import { Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
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
import { acceptWildcard } from './nag-acknowledgements.ts';
import { retry, type RetryPolicy } from './flow-retries.ts';
import { LIVE, LiveFlow } from './live-flow.ts';
import { logsOf } from './retention.ts';
import type { StepFunction } from './step-function.ts';
import type { Steps } from './steps.ts';

export interface IncidentFlowProps {
  readonly steps: Steps;
  readonly settings: Settings;
}

/** The state machine: one execution is one incident. Reads from top to bottom. */
export class IncidentFlow extends Construct {
  readonly stateMachine: StateMachine;
  /** The version in use, by its alias; nothing where versions are left out. */
  readonly live: LiveFlow | undefined;
  private readonly role: Role;

  constructor(scope: Construct, id: string, { steps, settings }: IncidentFlowProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const state = JsonPath.entirePayload;

    const open = this.task('open', steps.open, 'patient', {
      event: JsonPath.objectAt('$.event'),
      execution: JsonPath.executionName,
    });
    const decide = this.task('decide', steps.decide, 'thinking');
    const observe = this.task('observe', steps.observe);
    const authorize = this.task('authorize', steps.authorize);
    const dryRun = this.task('dry-run', steps.changeZone, 'ordinary', { step: 'dry-run', state });
    const approve = this.ask(steps.ask, settings.approval.remindMinutes);
    const apply = this.task('apply', steps.changeZone, 'reconciling', { step: 'apply', state });
    const stabilize = new Wait(this, 'Settle', { time: WaitTime.secondsPath('$.waitSeconds') });
    const verify = this.task('verify', steps.verify);
    const rollback = this.task('rollback', steps.changeZone, 'reconciling', { step: 'rollback', state });
    const close = this.task('close', steps.close, 'patient');
    const done = new Succeed(this, 'Done');

    this.route('open', open, { observe, close, done });
    this.route('decide', decide, { observe, authorize, decide, close });
    this.route('observe', observe, { decide });
    this.route('authorize', authorize, { 'dry-run': dryRun, approve, apply, decide });
    this.route('dry-run', dryRun, { decide });
    this.route('approve', approve, { apply, decide });
    this.route('apply', apply, { verify: stabilize, decide });
    stabilize.next(verify);
    this.route('verify', verify, { verify: stabilize, rollback, decide });
    this.route('rollback', rollback, { decide, close });
    this.route('close', close, { decide, done });

    // Nobody answered yet: ask again. The function sees from the clock whether to remind or to let it expire.
    approve.addCatch(approve, { errors: [Errors.TIMEOUT], resultPath: '$.timeout' });
    // An incident never just stops. Open and Close are not caught: if they fail, the execution fails, and
    // self-monitoring closes the incident by name.
    for (const step of [decide, observe, authorize, dryRun, approve, apply, verify, rollback]) {
      step.addCatch(close, { errors: [Errors.ALL], resultPath: '$.error' });
    }

    this.stateMachine = this.machine(open, settings);
    if (settings.rollout === 'canary') this.live = new LiveFlow(this, 'Live', this.stateMachine);
    this.grantAnswer(steps.ask, steps.page);
  }

  get stateMachineArn(): string {
    return this.stateMachine.stateMachineArn;
  }

  /** What to start: the version in use. */
  get startArn(): string {
    return this.live?.arn ?? this.stateMachineArn;
  }

  /** Lets a role start incidents, on the version in use only. */
  grantStart(role: Role): void {
    // Step Functions authorizes by the ARN of the state machine, and tells the alias in a condition.
    const conditions = this.live ? { StringEquals: { 'states:StateMachineQualifier': LIVE } } : {};
    role.addToPolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachineArn], conditions }),
    );
  }

  /** A step that answers at once. Its answer is the new state document. */
  private task(
    step: StepName,
    lambdaFunction: StepFunction,
    retries: RetryPolicy = 'ordinary',
    payload?: Record<string, unknown>,
  ): LambdaInvoke {
    const task = LambdaInvoke.jsonPath(this, STATE_OF[step], {
      lambdaFunction: lambdaFunction.live,
      ...(payload ? { payload: TaskInput.fromObject(payload) } : {}),
      outputPath: '$.Payload',
      // A little longer than the function itself may take, so that its own error is the one that is seen.
      taskTimeout: Timeout.duration(lambdaFunction.runsAtMost.plus(Duration.seconds(30))),
      retryOnServiceExceptions: false,
    });
    return retry(task, retries);
  }

  /** Asks people, and waits until the approval page sends the answer back with the task token. */
  private ask(lambdaFunction: StepFunction, remindMinutes: number): LambdaInvoke {
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
   * Goes from a step to where its answer says. The compiler sees to it that each place a step may name in
   * `NEXT` is there. There is no default: an answer that names none fails the execution.
   */
  private route<S extends StepName>(
    step: S,
    from: LambdaInvoke,
    to: Readonly<Record<(typeof NEXT)[S][number], IChainable>>,
  ): void {
    const ways = Object.entries<IChainable>(to);
    const [only] = ways;
    if (only && ways.length === 1) {
      from.next(only[1]);
      return;
    }
    const choice = new Choice(this, `After${STATE_OF[step]}`);
    for (const [next, target] of ways) choice.when(Condition.stringEquals('$.next', next), target);
    from.next(choice);
  }

  private machine(start: IChainable, settings: Settings): StateMachine {
    const logs = new LogGroup(this, 'Logs', logsOf(settings));
    acceptWildcard(this.role, '*', 'Log delivery and X-Ray calls know no resource-level permission.');
    return new StateMachine(this, 'StateMachine', {
      role: this.role,
      definitionBody: DefinitionBody.fromChainable(start),
      timeout: Duration.hours(24),
      tracingEnabled: true,
      // Execution data would hold task tokens, and whoever has one can answer for an approver.
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
  }

  /**
   * Lets functions wake an execution that waits in Approve, whichever version it started on: Step Functions
   * authorizes an alias by the ARN of its state machine. A policy of its own: as part of a role's default
   * policy it would make the functions wait for the state machine, which waits for the functions.
   */
  private grantAnswer(...steps: StepFunction[]): void {
    new Policy(this, 'AnswerApprovals', {
      statements: [new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: [this.stateMachineArn] })],
      roles: steps.map((step) => step.executionRole),
    });
  }
}
